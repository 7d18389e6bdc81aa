"""What somebody saw when they began to edit: a short mark of the values, carried by the form and compared on saving.

A mark belongs to the values themselves, so that two people who edit different parts never disturb each other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from eventsapp.domain.errors import Conflict

LENGTH = 16


def edition(answers: Any) -> str:
    """The mark of a dataclass of answers."""
    text = json.dumps(asdict(answers), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def require_seen(seen: str, stored: Any, *, typed: Any) -> None:
    """Raise `edited_meanwhile`, with what is stored now, when that is neither what was seen nor what is typed."""
    if seen != edition(stored) and stored != typed:
        raise Conflict("edited_meanwhile", stored=stored)

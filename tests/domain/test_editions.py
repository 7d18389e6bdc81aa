"""Two people, one form: what was seen, what is stored, what is typed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eventsapp.domain.editions import edition, require_seen
from eventsapp.domain.errors import Conflict


@dataclass(frozen=True)
class Answers:
    name: str
    terms: tuple[str, ...] = ()


OLD, NEW, OTHER = Answers("a"), Answers("b"), Answers("a", ("x",))


def test_each_value_has_its_mark() -> None:
    assert len({edition(OLD), edition(NEW), edition(OTHER)}) == 3
    assert edition(OLD) == edition(Answers("a"))


def test_who_saw_what_is_stored_may_store() -> None:
    require_seen(edition(OLD), OLD, typed=NEW)


def test_who_typed_what_is_stored_disturbs_nobody() -> None:
    require_seen(edition(OLD), NEW, typed=NEW)


@pytest.mark.parametrize("seen", [edition(OLD), "", "x" * 64])
def test_who_saw_something_else_is_told_what_is_stored(seen: str) -> None:
    with pytest.raises(Conflict) as conflict:
        require_seen(seen, NEW, typed=OTHER)
    assert conflict.value.params["stored"] == NEW

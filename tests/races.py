"""Two at once: both sides of a race start together, each in its own thread and session."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import current_app

from eventsapp.db import db
from eventsapp.domain.errors import DomainError


def both(*acts: Callable[[], str]) -> list[str]:
    """Run the acts at the same moment; what each answered, or the code with which it was refused, sorted."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    barrier = threading.Barrier(len(acts))
    answers: list[str] = []

    def run(act: Callable[[], str]) -> None:
        with app.app_context():
            try:
                barrier.wait()
                answers.append(act())
            except DomainError as error:
                answers.append(error.code)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)

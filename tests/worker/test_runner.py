"""A worker process from start to stop: what waits is done, and what cannot work is said at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import TokenPurpose
from eventsapp.models import FormKey, Throttle, Token
from eventsapp.services import housekeeping, jobs
from eventsapp.worker import runner
from tests import make
from tests.worker.processes import wait_for, worker


def test_an_unusable_mail_address_ends_the_worker_at_the_start(sqlite_app: Flask) -> None:
    settings = sqlite_app.config["SETTINGS"]
    sqlite_app.config["SETTINGS"] = settings.with_(mail_url="smtp://localhost?tls=ssl3")
    with pytest.raises(ValueError, match="ssl3"):
        runner.run(sqlite_app)


@pytest.mark.slow
def test_a_worker_finds_what_was_written_while_it_slept_and_stops_when_told(sqlite_app: Flask) -> None:
    def waiting() -> list[object]:
        with sqlite_app.app_context():
            return list(jobs.list_queued())

    with worker(sqlite_app) as process:
        with sqlite_app.app_context(), unit_of_work():
            jobs.add("no such kind", {}, at=datetime.now(UTC))
        wait_for(lambda: not waiting())
        process.terminate()
        assert process.wait(20) == 0


def test_what_has_served_its_time_is_removed_and_nothing_else(context: Flask, now: datetime) -> None:
    ages = {"young": timedelta(hours=1), "old": timedelta(days=60)}
    with unit_of_work():
        account = make.account()
        for name, age in ages.items():
            db.session.add(FormKey(key=name, created_at=now - age))
            db.session.add(Throttle(key=name, window_starts_at=now - age))
            db.session.add(
                Token(
                    digest=name,
                    purpose=TokenPurpose.SIGN_IN,
                    account=account,
                    created_at=now - age,
                    expires_at=now - age,
                )
            )
    with unit_of_work():
        housekeeping.remove_spent(now=now)
    assert list(db.session.scalars(select(FormKey.key))) == ["young"]
    assert list(db.session.scalars(select(Throttle.key))) == ["young"]
    assert list(db.session.scalars(select(Token.digest))) == ["young"]
    assert db.session.scalar(select(func.count()).select_from(type(account))) == 1

"""Throttles: counted for all processes, kept when what follows fails, open again in the next window."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import DomainError
from eventsapp.models import Throttle
from eventsapp.services import throttle
from eventsapp.services.throttle import Limit

THREE = Limit("test", 3, timedelta(minutes=15))


def test_the_fourth_of_three_is_refused_until_the_window_ends(context: Flask, now: datetime) -> None:
    for _ in range(3):
        throttle.count(THREE, "ana", now=now)
    with pytest.raises(DomainError) as refused:
        throttle.count(THREE, "ana", now=now + timedelta(minutes=5))
    assert refused.value.params == {"minutes": 10}
    throttle.count(THREE, "luis", now=now)
    throttle.count(THREE, "ana", now=now + timedelta(minutes=15))


def test_no_address_is_stored(context: Flask, now: datetime) -> None:
    throttle.count_password("ana@empresa.com", "192.0.2.7", now=now)
    keys = "".join(db.session.scalars(select(Throttle.key)))
    assert "ana" not in keys
    assert "192" not in keys


def test_a_stranger_does_not_lock_a_person_out(context: Flask, now: datetime) -> None:
    for _ in range(throttle.PASSWORD_BY_PAIR.most):
        throttle.count_password("ana@empresa.com", "192.0.2.66", now=now)
    with pytest.raises(DomainError, match="too_many_tries"):
        throttle.count_password("ana@empresa.com", "192.0.2.66", now=now)
    throttle.count_password("ana@empresa.com", "192.0.2.7", now=now)


def test_five_mails_an_hour_to_an_address(context: Flask, now: datetime) -> None:
    for number in range(5):
        throttle.count_mail("ana@empresa.com", f"192.0.2.{number}", now=now)
    with pytest.raises(DomainError, match="too_many_tries"):
        throttle.count_mail("ana@empresa.com", "192.0.2.9", now=now)


def test_twenty_at_once_are_twenty(app: Flask, now: datetime) -> None:
    limit = Limit("race", 12, timedelta(minutes=15))
    refused = []

    def try_once() -> None:
        with app.app_context():
            try:
                with unit_of_work():
                    throttle.count(limit, "ana", now=now)
            except DomainError:
                refused.append(1)

    threads = [threading.Thread(target=try_once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 8

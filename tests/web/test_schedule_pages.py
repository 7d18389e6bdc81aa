"""The pages of runs, schedule and publication, from the button to the database and back."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Role, RunStatus, ScheduleStatus, Side
from eventsapp.models import Run, Schedule
from eventsapp.services import adjustments, runs, schedules
from eventsapp.web.organizer.runs import stream
from tests import make
from tests.conftest import NOW
from tests.services.scheduling_bench import HOST, Bench, claimed, solved_draft


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make()


def client_of(app: Flask, bench: Bench) -> FlaskClient:
    return make.client(app, bench.account)


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_from_the_button_to_a_published_schedule(sqlite_app: Flask, bench: Bench) -> None:
    client, base = client_of(sqlite_app, bench), f"/o/{bench.event.code}"
    assert "Todavía no hay horario" in page(client, f"{base}/horario")
    started = client.submit(f"{base}/horario/corridas", {"seconds": "30", "seed": "1"})
    assert started.status_code == 303
    run = db.session.query(Run).one()
    assert (run.status, run.seconds, run.seed) == (RunStatus.QUEUED, 30, 1)
    assert started.location == f"{base}/horario/corridas/{run.id}"
    assert "En espera de empezar" in page(client, started.location)
    bench.work(run, NOW)
    shown = words(page(client, started.location))
    assert "Listo: es el mejor horario posible" in shown
    assert "6 de 8 solicitudes" in shown
    assert "Revisar horario" in shown
    assert page(client, f"{base}/horario").count('class="meet ') == 6
    publication = page(client, f"{base}/publicacion")
    assert "Publicar y avisar a 6 personas" in publication
    form = dict(re.findall(r'name="(edit|seen)" value="([^"]*)"', publication))
    answer = client.submit(f"{base}/horario/1/publicar", form, page=f"{base}/publicacion")
    assert answer.status_code == 303
    assert "Todo está publicado" in page(client, f"{base}/publicacion")
    db.session.expire_all()
    assert db.session.query(Schedule).one().status is ScheduleStatus.PUBLISHED

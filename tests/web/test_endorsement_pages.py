"""Publishing by two people through the web client: the setting, the first person, the second, and who is alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Role, Side
from eventsapp.models import Account, Event
from tests import make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.publishing import draft, meeting

PAGE, DESK = "/o/bajio/publicacion", "/o/bajio"


@pytest.fixture
def people(sqlite_app: Flask) -> Iterator[dict[str, FlaskClient]]:
    """Two managers, an administrator and a reviewer of an event that two people publish, with a draft."""
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context(), unit_of_work():
            event = make.event(code="bajio", needs_second_person=True)
            draft(event, [(meeting(make.registration(event, Side.BUYER), make.registration(event)), 0, 0)])
            roles = {"ana": Role.MANAGER, "luis": Role.MANAGER, "eva": Role.ADMIN, "rita": Role.REVIEWER}
            ids = {name: make.organizer(event.organization, role, name=name.title()).id for name, role in roles.items()}
        with sqlite_app.app_context():
            found = {name: make.client(sqlite_app, db.session.get_one(Account, key)) for name, key in ids.items()}
        yield found


def sent(client: FlaskClient, path: str) -> int:
    """Send a form of the publication page as it stands; the status of the answer."""
    page = client.get(PAGE).text
    seen = dict(re.findall(r'name="(edit|seen)" value="([^"]*)"', page))
    return client.post(f"{DESK}/horario/1/{path}", data={**hidden_fields(page), **seen}).status_code


def has(client: FlaskClient, *texts: str) -> list[bool]:
    page = client.get(PAGE).text
    return [text in page for text in texts]


def test_the_first_endorses_and_the_second_publishes(people: dict[str, FlaskClient]) -> None:
    ana, luis = people["ana"], people["luis"]
    buttons = ("Dar visto bueno", "Publicar y avisar", "Retirar mi visto bueno")
    assert has(ana, *buttons) == [True, False, False]
    assert sent(ana, "visto-bueno") == 303
    assert has(ana, *buttons, "Ana dio su visto bueno", "Falta que otra persona") == [False, False, True, True, True]
    assert has(luis, *buttons, "Ana dio su visto bueno") == [False, True, False, True]
    assert "Ana dio su visto bueno: revise y publique" in luis.get(f"{DESK}/").text
    assert "revise y publique" not in ana.get(f"{DESK}/").text
    assert sent(luis, "publicar") == 303
    assert has(luis, "Todo está publicado") == [True]


def test_alone_nobody_publishes_but_who_administers(people: dict[str, FlaskClient]) -> None:
    page = people["ana"].get(PAGE).text
    form = {**hidden_fields(page), "edit": "1", "seen": "nothing"}
    edit = dict(re.findall(r'name="(edit)" value="([^"]*)"', page))
    answer = people["ana"].post(f"{DESK}/horario/1/publicar", data={**form, **edit}, follow_redirects=True)
    assert "Falta el visto bueno de otra persona" in answer.text
    assert has(people["eva"], "Publicar y avisar", "puede publicar sin otra persona") == [True, True]
    assert sent(people["eva"], "publicar") == 303
    assert has(people["ana"], "Todo está publicado") == [True]


def test_it_is_taken_back(people: dict[str, FlaskClient]) -> None:
    sent(people["ana"], "visto-bueno")
    assert sent(people["ana"], "visto-bueno/retirar") == 303
    assert has(people["luis"], "Publicar y avisar", "Dar visto bueno") == [False, True]


def test_who_may_not_publish_sees_no_button(people: dict[str, FlaskClient]) -> None:
    assert has(people["rita"], "Dar visto bueno", "Publicar y avisar", "entre dos personas") == [False, False, True]
    assert sent(people["rita"], "visto-bueno") == 404


@pytest.mark.parametrize("edit", ["", "-1", "9" * 400, "NaN", "<script>", "٣"])
def test_a_page_that_saw_another_draft_endorses_nothing(people: dict[str, FlaskClient], edit: str) -> None:
    form = {**hidden_fields(people["ana"].get(PAGE).text), "edit": edit}
    assert people["ana"].post(f"{DESK}/horario/1/visto-bueno", data=form).status_code == 409
    assert has(people["luis"], "Publicar y avisar") == [False]


def test_the_rule_is_a_setting_of_the_event(sqlite_app: Flask, people: dict[str, FlaskClient]) -> None:
    page = people["ana"].get(f"{DESK}/ajustes/limites").text
    assert "checked" in re.findall(r'<input[^>]*name="needs_second_person"[^>]*>', page)[0]
    values = dict(re.findall(r'name="([a-z_]+)"[^>]* value="([^"]*)"', page))
    values.pop("needs_second_person", None)
    assert people["ana"].post(f"{DESK}/ajustes/limites", data=values).status_code == 303
    with sqlite_app.app_context():
        assert db.session.query(Event.needs_second_person).scalar() is False
    assert has(people["ana"], "Publicar y avisar", "entre dos personas") == [True, False]

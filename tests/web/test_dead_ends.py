"""No link and no form of a page leads to where its reader may not go: every role walks through all that it is shown."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Permission, may
from eventsapp.domain.values import EventStatus, Participation, Role
from eventsapp.models import Account, Event, Invitation
from eventsapp.services import liaisons
from eventsapp.services.actors import actor_of
from tests import make
from tests.conftest import NOW
from tests.services.scheduling_bench import Bench
from tests.web.test_doors import build

pytestmark = pytest.mark.slow

MOST_PAGES = 400
KEYS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
WHO = (*(role.value for role in Role), "liaison", "platform", "company")


class Walk(NamedTuple):
    """What a walk through the pages found: the pages, the links that lead nowhere, and where the forms send to."""

    pages: int
    dead: dict[str, tuple[str, int]]
    forms: dict[str, str]


def walk(client: FlaskClient, start: list[str]) -> Walk:
    """Follow every link, one of each shape, from these pages on."""
    waiting, shapes = [(path, "") for path in start], set(start)
    dead: dict[str, tuple[str, int]] = {}
    forms: dict[str, str] = {}
    pages = 0
    while waiting and pages < MOST_PAGES:
        path, before = waiting.pop(0)
        answer = client.get(path)
        pages += 1
        if answer.status_code >= 400:
            dead[path] = (before, answer.status_code)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        forms |= {html.unescape(one): path for one in re.findall(r'(?:form)?action="(/[^"#]*)"', answer.text)}
        for link in re.findall(r'href="(/[^"#]*)', answer.text):
            address = html.unescape(link)
            shape = KEYS.sub("#", address)
            if shape not in shapes and not address.startswith(("/static/", "/salir")):
                shapes.add(shape)
                waiting.append((address, path))
    return Walk(pages, dead, forms)


def person(bench: Bench, who: str) -> Account:
    """Somebody of this kind, at the event of the bench."""
    org = bench.event.organization
    if who == "platform":
        return make.account(is_admin=True)
    if who == "company":
        found = bench.suppliers[0].delegates[0].account
        assert found is not None
        return found
    if who == "liaison":
        reviewer = make.organizer(org, Role.REVIEWER)
        bench.buyers[0].liaison = reviewer
        return reviewer
    return make.organizer(org, Role(who))


def refused(app: Flask, forms: dict[str, str], account: Account, event: Event) -> dict[str, str]:
    """The forms of organizer pages that would be refused, with the page that shows them."""
    adapter, actor = app.url_map.bind("localhost"), actor_of(account)
    found = {}
    for address, page in forms.items():
        path = address.split("?")[0]
        try:
            endpoint = adapter.match(path, method="POST")[0]
        except HTTPException:
            continue  # a form that only asks again, or one of another page of ours
        permission: Permission = app.view_functions[endpoint].permission  # type: ignore[attr-defined]
        scope = liaisons.scope_in(event, actor)
        if path.startswith("/o/") and not may(actor, permission, scope):
            found[path] = page
    return found


@pytest.mark.parametrize("who", WHO)
def test_no_page_shows_what_its_reader_may_not_open(sqlite_app: Flask, who: str) -> None:
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context():
            bench = Bench.make()
            build(bench)
            with unit_of_work():
                make.event(bench.event.organization, code="vacio", tables=0)
                make.event(bench.event.organization, code="borrador", status=EventStatus.DRAFT)
                db.session.scalars(select(Invitation)).first().answer = Participation.DECLINED  # type: ignore[union-attr]
                key = person(bench, who).id
            account = db.session.get_one(Account, key)
            client = make.client(sqlite_app, account)
        found = walk(client, ["/o/", "/mis-eventos"])
        with sqlite_app.app_context():
            account = db.session.get_one(Account, key)
            closed = refused(sqlite_app, found.forms, account, db.session.merge(bench.event))
    assert (found.dead, sorted(KEYS.sub("#", one) for one in closed)) == ({}, [])
    assert 10 < found.pages < MOST_PAGES

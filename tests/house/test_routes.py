"""Every route declares who may call it, takes typed arguments, and answers each role as the policy says."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

import pytest
from flask import Flask
from time_machine import travel

from eventsapp.db import db
from eventsapp.domain.access import NOBODY, POLICY, Permission, may
from eventsapp.domain.values import Role, Side
from eventsapp.models import Account, Event
from eventsapp.services.actors import actor_of
from tests import make, publishing
from tests.conftest import NOW

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> list[tuple[str, str, set[str], Permission | None]]:
    """Endpoint, address, methods and permission of every route of ours."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        view = app.view_functions[rule.endpoint]
        methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        found.append((rule.endpoint, str(rule), methods, getattr(view, "permission", None)))
    return sorted(found, key=lambda entry: (entry[1], entry[0]))


def test_every_permission_has_a_policy() -> None:
    assert set(POLICY) == set(Permission)


def test_every_route_declares_a_permission(sqlite_app: Flask) -> None:
    undeclared = [endpoint for endpoint, _, _, permission in rules(sqlite_app) if permission is None]
    assert undeclared == []


def test_reading_permissions_never_guard_a_write(sqlite_app: Flask) -> None:
    wrong = [
        endpoint
        for endpoint, _, methods, permission in rules(sqlite_app)
        if methods & WRITES and permission is not None and permission.value.endswith(":read")
    ]
    assert wrong == []


def test_ids_in_addresses_are_typed(sqlite_app: Flask) -> None:
    wrong = [address for _, address, _, _ in rules(sqlite_app) if re.search(r"<(\w+_id)>", address)]
    assert wrong == []


def test_a_route_without_a_permission_refuses(own_app: Flask) -> None:
    own_app.add_url_rule("/forgotten", view_func=lambda: "open", endpoint="forgotten")
    assert own_app.test_client().get("/forgotten").status_code == 403


FLOOR_WRITES = {Permission.REGISTRATION_WALK_IN, Permission.PRINTOUT_MAKE}
"""What people at the door may do without being reviewers; everything else that writes is closed to them."""


@dataclass
class World:
    """An event with people of every kind, and a stranger's event beside it."""

    event: Event
    foreign: Event
    people: dict[str, Account | None]


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    with sqlite_app.app_context():
        org, other = make.organization(), make.organization()
        event, foreign = make.event(org), make.event(other)
        supplier = make.registration(event, Side.SUPPLIER)
        buyer = make.registration(event, Side.BUYER)
        stranger = make.registration(foreign, Side.BUYER)
        publishing.publish(event, [(publishing.meeting(buyer, supplier), 0, 0)], now=NOW)
        people: dict[str, Account | None] = {role.value: make.organizer(org, role) for role in Role}
        people["platform"] = make.account(is_admin=True)
        people["company"] = supplier.delegates[0].account
        people["stranger"] = stranger.delegates[0].account
        people["foreign_manager"] = make.organizer(other, Role.MANAGER)
        people["signed_in"] = make.account()
        people["nobody"] = None
        db.session.commit()
        for row in [event, foreign, *[p for p in people.values() if p]]:
            db.session.refresh(row)
            db.session.expunge(row)
    return World(event, foreign, people)


def filled(address: str, event_code: str) -> str:
    """An address with our event and random ids."""
    address = address.replace("<event_code>", event_code)
    address = re.sub(r"<uuid:\w+>", lambda _: str(uuid.uuid4()), address)
    return re.sub(r"<[^>]+>", "palabra", address)


def test_organizer_pages_are_closed_to_everybody_else(sqlite_app: Flask, world: World) -> None:
    """Every route below /o/<event>: outsiders get 404 (or the sign-in page), whatever the method."""
    outsiders = ("company", "stranger", "foreign_manager", "signed_in", "nobody")
    leaks = []
    with travel(NOW, tick=False):
        for person in outsiders:
            client = make.client(sqlite_app, world.people[person])
            for endpoint, address, methods, _ in rules(sqlite_app):
                if not address.startswith("/o/<event_code>"):
                    continue
                for method in methods:
                    status = client.open(filled(address, world.event.code), method=method).status_code
                    allowed = {404, 400, 302} if person == "nobody" else {404, 400}
                    if status not in allowed:
                        leaks.append((person, method, endpoint, status))
    assert leaks == []


def test_organizer_pages_answer_each_role_as_the_policy_says(sqlite_app: Flask, world: World) -> None:
    """The matrix: who may gets the page, who may not gets what an absent one gives, nobody is asked to sign in."""
    pages = [
        (endpoint, filled(address, world.event.code), permission)
        for endpoint, address, methods, permission in rules(sqlite_app)
        if "GET" in methods and re.findall(r"<[^>]+>", address) == ["<event_code>"] and address.startswith("/o/")
    ]
    with sqlite_app.app_context():
        scope = db.session.merge(world.event).scope
        actors = {name: actor_of(account) if account else NOBODY for name, account in world.people.items()}
    given, expected = {}, {}
    with travel(NOW, tick=False):
        for person, account in world.people.items():
            client = make.client(sqlite_app, account)
            for endpoint, address, permission in pages:
                assert permission is not None
                absent = 302 if account is None else 404
                given[person, endpoint] = client.get(address).status_code
                expected[person, endpoint] = 200 if may(actors[person], permission, scope) else absent
    assert given == expected
    assert len(pages) > 10


def test_company_pages_are_closed_to_strangers(sqlite_app: Flask, world: World) -> None:
    """What asks for a company of the event is absent for companies of another event and for nobody."""
    own = {
        Permission.REGISTRATION_EDIT,
        Permission.REQUEST_MAKE,
        Permission.AGENDA_READ,
        Permission.AGENDA_MANAGE,
        Permission.REQUEST_READ,
        Permission.REGISTRATION_READ,
    }
    leaks = []
    with travel(NOW, tick=False):
        for person in ("stranger", "nobody"):
            client = make.client(sqlite_app, world.people[person])
            for endpoint, address, methods, permission in rules(sqlite_app):
                if permission not in own or not address.startswith("/e/"):
                    continue
                for method in methods:
                    status = client.open(filled(address, world.event.code), method=method).status_code
                    allowed = {404, 400, 302, 303} if person == "nobody" else {404, 400}
                    if status not in allowed:
                        leaks.append((person, method, endpoint, status))
    assert leaks == []


def test_no_route_fails_for_any_role(sqlite_app: Flask, world: World) -> None:
    """Every readable route answers every role without a fault of ours, also with ids that do not exist."""
    faults = []
    with travel(NOW, tick=False):
        for person, account in world.people.items():
            client = make.client(sqlite_app, account)
            for endpoint, address, methods, _ in rules(sqlite_app):
                if "GET" in methods:
                    status = client.get(filled(address, world.event.code)).status_code
                    if status >= 500:
                        faults.append((person, endpoint, status))
    assert faults == []


def test_roles_that_may_not_write_are_refused(sqlite_app: Flask, world: World) -> None:
    """Observers, analysts and floor staff change nothing but what the policy gives them."""
    leaks = []
    with sqlite_app.app_context():
        scope = db.session.merge(world.event).scope
    with travel(NOW, tick=False):
        for person in (Role.OBSERVER.value, Role.ANALYST.value, Role.FLOOR.value):
            client = make.client(sqlite_app, world.people[person])
            account = world.people[person]
            assert account is not None
            with sqlite_app.app_context():
                actor = actor_of(account)
            for endpoint, address, methods, permission in rules(sqlite_app):
                if not address.startswith("/o/<event_code>") or "POST" not in methods:
                    continue
                if permission in FLOOR_WRITES and may(actor, permission, scope):
                    continue
                sqlite_app.config["WTF_CSRF_ENABLED"] = False
                status = client.post(filled(address, world.event.code)).status_code
                if status not in {403, 404, 405}:
                    leaks.append((person, endpoint, status))
    sqlite_app.config["WTF_CSRF_ENABLED"] = True
    assert leaks == []

"""Makers of test data with dull defaults: `make.company(event, name="…")`. They add and flush; the test commits."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.values import (
    BlockKind,
    EventStatus,
    OrganizationKind,
    Preference,
    RegistrationStatus,
    RequestStatus,
    Role,
    Side,
)
from eventsapp.models import (
    Account,
    Block,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Membership,
    Organization,
    Registration,
    Request,
    Slot,
    Table,
)
from eventsapp.services.actors import actor_of

_numbers = itertools.count(1)
MADE_AT = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Mexico_City")


def _keep(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def organization(**values: Any) -> Organization:
    """A cluster."""
    n = next(_numbers)
    given = {"code": f"cluster-{n}", "name": f"Clúster {n}", "kind": OrganizationKind.CLUSTER, "created_at": MADE_AT}
    return _keep(Organization(**{**given, **values}))


def account(**values: Any) -> Account:
    """A person with a confirmed address and no password."""
    n = next(_numbers)
    given = {
        "email": f"persona{n}@example.com",
        "name": f"Persona {n}",
        "email_confirmed_at": MADE_AT,
        "created_at": MADE_AT,
    }
    return _keep(Account(**{**given, **values}))


def organizer(org: Organization, role: Role = Role.MANAGER, **values: Any) -> Account:
    """An account with a role in an organization."""
    person = account(**values)
    _keep(Membership(organization=org, account=person, role=role, created_at=MADE_AT))
    return person


def event(org: Organization | None = None, *, slots: int = 6, tables: int = 3, **values: Any) -> Event:
    """An open event on 2027-03-09 at nine in central Mexico: one block of `slots` rounds, `tables` tables."""
    n = next(_numbers)
    starts = datetime(2027, 3, 9, 9, 0, tzinfo=ZONE)
    step = timedelta(minutes=25)
    given = {
        "organization": org or organization(),
        "code": f"encuentro-{n}",
        "name": f"Encuentro {n}",
        "venue": "Centro de Congresos",
        "city": "Querétaro",
        "time_zone": ZONE.key,
        "contact_email": "contacto@example.com",
        "status": EventStatus.OPEN,
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=9),
        "registration_opens_at": datetime(2027, 1, 4, tzinfo=ZONE),
        "registration_closes_at": datetime(2027, 2, 12, tzinfo=ZONE),
        "requests_open_at": datetime(2027, 1, 11, tzinfo=ZONE),
        "requests_close_at": datetime(2027, 2, 26, tzinfo=ZONE),
        "created_at": MADE_AT,
    }
    made = _keep(Event(**{**given, **values}))
    block = _keep(Block(event=made, kind=BlockKind.MEETINGS, title="", starts_at=starts, ends_at=starts + slots * step))
    for index in range(slots):
        begin = starts + index * step
        _keep(Slot(event=made, block=block, starts_at=begin, ends_at=begin + timedelta(minutes=20)))
    for index in range(tables):
        _keep(Table(event=made, label=str(index + 1), room="Salón Corregidora", position=index + 1))
    return made


def company(org: Organization, **values: Any) -> Company:
    """A company that an organization knows."""
    n = next(_numbers)
    given = {"organization": org, "name": f"Empresa {n}", "city": "Silao", "state": "Guanajuato", "created_at": MADE_AT}
    return _keep(Company(**{**given, **values}))


def delegate(of: Company, **values: Any) -> Delegate:
    """A person who represents a company, with an account."""
    n = next(_numbers)
    given = {"company": of, "name": f"Delegada {n}", "email": f"delegada{n}@example.com", "created_at": MADE_AT}
    person = _keep(Delegate(**{**given, **values}))
    if "account" not in values and "account_id" not in values:
        person.account = account(email=person.email, name=person.name)
        db.session.flush()
    return person


def registration(
    of: Event,
    side: Side = Side.SUPPLIER,
    *,
    company: Company | None = None,
    desks: int = 1,
    status: RegistrationStatus = RegistrationStatus.APPROVED,
    **values: Any,
) -> Registration:
    """A registered company with one delegate at each desk."""
    n = next(_numbers)
    firm = company or globals()["company"](of.organization)
    given = {
        "event": of,
        "company": firm,
        "number": n,
        "side": side,
        "status": status,
        "terms": ["ALL-020"],
        "steps_done": ["company", "delegates", "terms", "availability"],
        "saved_at": MADE_AT,
        "created_at": MADE_AT,
    }
    made = _keep(Registration(**{**given, **values}))
    for number in range(1, desks + 1):
        person = delegate(firm, is_company_admin=number == 1)
        desk = _keep(Desk(registration=made, number=number, name=""))
        _keep(DeskDelegate(desk=desk, delegate=person, position=0))
    return made


def request(from_: Registration, to: Registration, **values: Any) -> Request:
    """An accepted request."""
    given = {
        "event": from_.event,
        "from_registration": from_,
        "to_registration": to,
        "preference": Preference.WANT,
        "status": RequestStatus.ACCEPTED,
        "created_at": MADE_AT,
    }
    return _keep(Request(**{**given, **values}))


def actor(person: Account) -> Actor:
    """The actor behind an account, as the web door would make it."""
    return actor_of(person)


def client(app: Flask, person: Account | None = None) -> FlaskClient:
    """A web client, signed in as a person."""
    made = app.test_client()
    if person is not None:
        with made.session_transaction() as session:
            session["_user_id"] = person.get_id()
            session["_fresh"] = True
    return made

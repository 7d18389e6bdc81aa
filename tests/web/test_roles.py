"""Who may do what, over the real pages: each act of the table of roles, tried by each kind of person.

What is expected stands here in full, so that a change of the policy is seen as a change of this table. Each person has
a world of their own; what was done leaves a line of the log with the name of who did it, what was refused leaves none.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Role, Side
from eventsapp.models import Account, AuditEntry, Registration
from tests import make, publishing
from tests.client import hidden_fields
from tests.conftest import NOW

DESK, FRONT = "/o/bajio", "/e/bajio"


@dataclass(frozen=True)
class World:
    """The names of what the acts need."""

    waiting: str
    buyer: str
    supplier: str
    meeting: str
    other: str


@dataclass(frozen=True)
class Act:
    """A page, or a form with what is sent; `logged` is the line that it leaves.

    `page` shows the form where that carries what was seen when it was filled in.
    """

    path: Callable[[World], str]
    data: Callable[[World], dict[str, Any]] | None = None
    logged: str = ""
    page: Callable[[World], str] | None = None


def look(path: str) -> Act:
    """A page that is only read."""
    return Act(lambda _: path)


def send(path: str, logged: str, page: str = "", **data: Any) -> Act:
    """A form."""
    return Act(lambda _: path, lambda _: data, logged, (lambda _: page) if page else None)


PERSON = {"name": "Ana Ruiz", "email": "ana@example.com"}
LETTER = {"subject": "Últimos detalles", "body": "Llegue 15 minutos antes.", "subject_en": "", "body_en": ""}
AUDIENCE = {"side": "", "status": "approved", "people": "everyone", "meetings": "", "cluster": "", "link": "agenda"}
CLUSTER = {"kind": "cluster", "state": "", "cluster_code": "", "admin_email": "jefa@example.com"}

ACTS: dict[str, Act] = {
    "create organization": send(
        "/o/organizaciones/nueva", "organization.created", name="Cámara Norte", code="camara-norte", **CLUSTER
    ),
    "give role": send(
        "/o/organizacion/cluster/equipo", "organization.member_added", roles=["observer"], reason="", **PERSON
    ),
    "notice": send(
        f"{DESK}/privacidad/aviso",
        "privacy.notice_published",
        kind="private",
        simplified="Usamos sus datos para este encuentro.",
        necessary="Armar el horario",
        voluntary="",
        full="El aviso completo.",
        seen="0",
    ),
    "create event": look("/o/nuevo?organizacion=cluster"),
    "add tables": send(f"{DESK}/ajustes/mesas", "event.tables_added", amount="2", prefix="Z", room="Terraza"),
    "import": look(f"{DESK}/importar"),
    "approve": Act(lambda at: f"{DESK}/empresas/{at.waiting}/aprobar", lambda _: {}, "registration.approved"),
    "certificates": look(f"{DESK}/certificados"),
    "act for a company": Act(
        lambda _: f"{DESK}/solicitudes/nueva",
        lambda at: {"one": at.buyer, "other": at.other, "preference": "must", "reason": "Por teléfono"},
        "request.made",
    ),
    "see the board": look(f"{DESK}/horario"),
    "start run": send(f"{DESK}/horario/corridas", "run.started", seconds="30", seed="1"),
    "plan a repair": look(f"{DESK}/horario/reparar"),
    "pin": Act(
        lambda at: f"{DESK}/horario/1/reunion/{at.meeting}/fijar",
        lambda _: {},
        "schedule.pinned",
        lambda at: f"{DESK}/horario/1/reunion/{at.meeting}",
    ),
    "publish": send(f"{DESK}/horario/1/publicar", "schedule.published", f"{DESK}/publicacion"),
    "write": send(f"{DESK}/mensajes/envios/nuevo", "campaign.added", **LETTER, **AUDIENCE),
    "delivery": look(f"{DESK}/mensajes"),
    "log": look(f"{DESK}/bitacora"),
    "walk-in": send(
        f"{DESK}/empresas/nueva",
        "registration.walked_in",
        company="Tornillos León",
        side="supplier",
        name="María Ríos",
        job_title="Ventas",
        email="maria@example.com",
        phone="477 123 4567",
    ),
    "print": send(f"{DESK}/impresos", "printout.started", kind="badges", paper="us-letter", language="es_MX"),
    "registrations": look(f"{DESK}/empresas"),
    "summary": look(f"{DESK}/"),
    "edit company": send(
        f"{FRONT}/perfil/idiomas",
        "company.changed",
        f"{FRONT}/perfil/idiomas",
        languages=["es", "en"],
        export_markets=["US"],
    ),
    "new requirement": look(f"{FRONT}/requerimientos/nuevo"),
    "availability": look(f"{FRONT}/registro/disponibilidad"),
    "ask": Act(
        lambda at: f"{FRONT}/buscar/{at.supplier}", lambda _: {"preference": "want", "note": ""}, "request.made"
    ),
    "own agenda": look(f"{FRONT}/agenda"),
}

READS = {"summary"}
FLOOR = READS | {"see the board", "registrations", "walk-in", "print"}
REVIEW = FLOOR | {"approve", "certificates"}
MANAGE = REVIEW | {
    "act for a company", "create event", "add tables", "import", "start run", "plan a repair", "pin", "publish",
    "write", "delivery", "log",
}  # fmt: skip
ORGANIZATION = {"give role", "notice"}
ADMIN = MANAGE | ORGANIZATION
ATTEND = {"availability", "ask", "own agenda"}
MAY: dict[str, set[str]] = {
    "platform": ORGANIZATION | {"create organization"},
    "admin": ADMIN,
    "manager": MANAGE,
    "reviewer": REVIEW,
    "liaison": REVIEW | {"act for a company"},
    "floor": FLOOR,
    "analyst": READS,
    "observer": READS,
    "company admin": ATTEND | {"edit company", "new requirement"},
    "representative": ATTEND,
    "stranger": set(),
    "manager elsewhere": set(),
    "nobody": set(),
}


def make_world(who: str) -> tuple[World, Account | None]:
    """An event with a draft, a registration that waits, and this person."""
    org, elsewhere = make.organization(code="cluster"), make.organization()
    event = make.event(org, code="bajio")
    buyer = make.registration(event, Side.BUYER, status=RegistrationStatus.APPROVED)
    met, free, waiting = (
        make.registration(event, status=status)
        for status in (RegistrationStatus.APPROVED, RegistrationStatus.APPROVED, RegistrationStatus.SUBMITTED)
    )
    held = publishing.meeting(buyer, met)
    publishing.draft(event, [(held, 0, 0)])
    make.account(email="jefa@example.com")
    attends = make.delegate(buyer.company)
    buyer.delegates[0].is_company_admin, attends.is_company_admin = True, False
    people: dict[str, Callable[[], Account | None]] = {
        **{role.value: partial(make.organizer, org, role) for role in Role},
        "liaison": lambda: _liaison_of(buyer),
        "platform": lambda: make.account(is_admin=True),
        "company admin": lambda: buyer.delegates[0].account,
        "representative": lambda: attends.account,
        "stranger": make.account,
        "manager elsewhere": lambda: make.organizer(elsewhere, Role.MANAGER),
        "nobody": lambda: None,
    }
    names = World(str(waiting.id), buyer.folio, str(free.id), str(held.id), free.folio)
    return names, people[who]()


def _liaison_of(registration: Registration) -> Account:
    registration.liaison = make.organizer(registration.event.organization, Role.REVIEWER)
    return registration.liaison


def lines() -> int:
    """How long the log is."""
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize("who", MAY)
def test_each_act_is_done_or_refused(sqlite_app: Flask, who: str) -> None:
    done, faults = set(), {}
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context():
            world, account = make_world(who)
            db.session.commit()
            before, name = lines(), account.name if account else ""
            client = make.client(sqlite_app, account)
        token = hidden_fields(client.get("/cuenta" if account else "/entrar").text)["csrf_token"]
        for act_name, act in ACTS.items():
            path = act.path(world)
            if act.data is None:
                answer = client.get(path)
            else:
                shown = client.get(act.page(world)).text if act.page else ""
                seen = dict(re.findall(r'name="(edit|seen)"[^>]* value="([^"]*)"', shown))
                given = {"csrf_token": token, "form_key": secrets.token_urlsafe(8)}
                answer = client.post(path, data={**given, **seen, **act.data(world)})
            if answer.status_code == (303 if act.data else 200):
                done.add(act_name)
            elif answer.status_code not in {403, 404} and not (
                account is None and "/entrar" in (answer.location or "")
            ):
                faults[act_name] = answer.status_code
    assert (done, faults) == (MAY[who], {})
    with sqlite_app.app_context():
        left = {row.action for row in db.session.scalars(select(AuditEntry)) if row.actor_name == name}
        expected = {act.logged for act_name, act in ACTS.items() if act_name in done and act.logged}
        assert expected <= left
        assert expected or lines() == before
        assert db.session.query(Registration).count() == 4 + ("walk-in" in done)

"""The team of an organization: giving access, changing and taking away roles, and what the page says of each role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventsapp.db import db
from eventsapp.domain.access import POLICY, Permission
from eventsapp.domain.values import Role
from eventsapp.models import Account, AuditEntry, Membership, OutboxMessage
from eventsapp.web.role_words import ACTIONS, PEOPLE, PURPOSE, ROLE
from tests import make
from tests.client import Client, hidden_fields
from tests.conftest import NOW

TEAM = "/o/organizacion/cluster/equipo"
FORM = {"name": "Ana Ruiz", "email": "Ana@Example.com", "roles": ["reviewer", "floor"], "reason": "Apoya en sala"}


@dataclass
class World:
    """An organization with its administrator, and a stranger's beside it."""

    app: Flask
    admin: UUID
    manager: UUID
    foreign: UUID

    def client(self, account_id: UUID | None = None) -> Client:
        with self.app.app_context():
            made = make.client(self.app, db.session.get_one(Account, account_id or self.admin))
        assert isinstance(made, Client)
        return made

    def roles(self, email: str) -> set[str]:
        with self.app.app_context():
            query = select(Membership.role).join(Account).where(Account.email == email)
            return {role.value for role in db.session.scalars(query)}

    def log(self) -> list[tuple[str, str, str, list[str]]]:
        """Who did what, why, and the roles that followed."""
        with self.app.app_context():
            return sorted(
                (row.actor_name, row.action, row.reason, row.detail["after"])
                for row in db.session.scalars(select(AuditEntry))
                if row.action.startswith("organization.member")
            )


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    with sqlite_app.app_context():
        org, other = make.organization(code="cluster"), make.organization()
        admin = make.organizer(org, Role.ADMIN, name="Laura", email="laura@example.com")
        manager = make.organizer(org, Role.MANAGER, email="mario@example.com")
        foreign = make.organizer(other, Role.ADMIN)
        db.session.commit()
        keys = admin.id, manager.id, foreign.id
    with time_machine.travel(NOW, tick=False):
        yield World(sqlite_app, *keys)


def fields(html: str) -> dict[str, str]:
    """What the form of a person carries unseen."""
    return {**hidden_fields(html), "seen": html.split('name="seen"')[1].split('value="')[1].split('"')[0]}


def give(client: Client, page: str, *roles: str, reason: str = "") -> TestResponse:
    """Tick these roles on the page of a person."""
    return client.post(page, data={**fields(client.get(page).text), "roles": list(roles), "reason": reason})


def test_somebody_new_gets_roles_and_a_mail_that_says_how_to_come_in(world: World) -> None:
    client = world.client()
    answer = client.submit(TEAM, FORM, page=TEAM)
    assert (answer.status_code, answer.location) == (303, TEAM)
    assert world.roles("ana@example.com") == {"reviewer", "floor"}
    assert world.log() == [("Laura", "organization.member_added", "Apoya en sala", ["reviewer", "floor"])]
    page = client.get(TEAM).text
    assert "Ana Ruiz ya tiene acceso" in page
    assert "Aún no entra" in page
    with world.app.app_context():
        (mail,) = db.session.scalars(select(OutboxMessage))
        assert (mail.kind, mail.to_address, mail.locale) == ("team_invitation", "ana@example.com", "es_MX")
        assert set(mail.fields) == {"organization", "by"}


def test_nobody_is_added_twice_and_what_was_typed_stays(world: World) -> None:
    client = world.client()
    client.submit(TEAM, FORM, page=TEAM)
    again = client.submit(TEAM, {**FORM, "roles": ["admin"]}, page=TEAM)
    assert again.status_code == 422
    assert "Ana Ruiz ya está en el equipo" in again.text
    assert 'value="Apoya en sala"' in again.text
    assert world.roles("ana@example.com") == {"reviewer", "floor"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "ana"}, "Escriba un correo como nombre@empresa.com"),
        ({"roles": []}, "Elija al menos un papel"),
        ({"roles": ["emperor"]}, "Elija de la lista"),
        ({"name": " "}, "Complete este dato"),
        ({"name": "x" * 201}, "200"),
        ({"reason": "x" * 201}, "200"),
    ],
)
def test_bad_input_is_told_beside_the_field(world: World, change: dict[str, object], said: str) -> None:
    answer = world.client().submit(TEAM, {**FORM, **change}, page=TEAM)
    assert answer.status_code == 422
    assert said in answer.text
    assert world.log() == []


def test_roles_change_as_a_whole_and_the_log_says_why(world: World) -> None:
    client, page = world.client(), f"{TEAM}/{world.manager}"
    assert re.findall(r'value="(\w+)" checked', client.get(page).text) == ["manager"]
    give(client, page, "analyst", reason="Cambió de área")
    assert world.roles("mario@example.com") == {"analyst"}
    give(client, page, "analyst")
    client.submit(f"{page}/quitar", {"reason": "Se fue"}, page=page)
    assert world.roles("mario@example.com") == set()
    assert world.log() == [
        ("Laura", "organization.member_changed", "Cambió de área", ["analyst"]),
        ("Laura", "organization.member_removed", "Se fue", []),
    ]
    assert client.get(page).status_code == 404


def test_a_role_taken_away_counts_at_once(world: World) -> None:
    manager, admin, page = world.client(world.manager), world.client(), f"{TEAM}/{world.manager}"
    assert manager.get("/o/nuevo?organizacion=cluster").status_code == 200
    give(admin, page, "observer")
    assert manager.get("/o/nuevo?organizacion=cluster").status_code == 404


def test_somebody_always_administers_the_organization(world: World) -> None:
    client, page = world.client(), f"{TEAM}/{world.admin}"
    refused = give(client, page, "manager")
    assert refused.status_code == 422
    assert "Laura es la única persona que administra la organización" in refused.text
    client.submit(f"{page}/quitar", page=page)
    assert world.roles("laura@example.com") == {"admin"}
    other = f"{TEAM}/{world.manager}"
    give(client, other, "manager", "admin")
    give(client, page, "manager")
    assert world.roles("laura@example.com") == {"manager"}
    assert client.get(TEAM).status_code == 404


def test_two_who_change_the_same_person_both_see_it(world: World) -> None:
    first, second, page = world.client(), world.client(), f"{TEAM}/{world.manager}"
    stale = fields(second.get(page).text)
    give(first, page, "analyst")
    answer = second.post(page, data={**stale, "roles": ["floor"]})
    assert answer.status_code == 409
    assert "Ahora está guardado: Analiza." in answer.text
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["floor"]
    assert world.roles("mario@example.com") == {"analyst"}


def test_the_page_is_closed_to_everybody_else(world: World) -> None:
    for account_id in (world.manager, world.foreign):
        client = world.client(account_id)
        for path in (TEAM, f"{TEAM}/{world.manager}"):
            assert client.get(path).status_code == 404
            assert client.submit(path, FORM, page="/o/").status_code == 404
        assert client.submit(f"{TEAM}/{world.manager}/quitar", page="/o/").status_code == 404
    assert world.client().get(f"{TEAM}/{world.foreign}").status_code == 404
    assert world.client().get(f"{TEAM}/{uuid4()}").status_code == 404
    assert world.log() == []


def test_every_role_has_words_and_the_table_names_only_what_the_policy_knows() -> None:
    assert set(ROLE) == set(PURPOSE) == set(Role)
    assert set(ACTIONS) <= set(POLICY)
    left_out = {permission.value for permission in set(Permission) - set(ACTIONS)}
    assert left_out == {
        "public:read",
        "public:write",
        "account:use",
        "company:read",
        "registration:read",
        "company:edit",
        "request:read",
        "agenda:manage",
        "printout:read",
        "mail:read",
    }


def test_the_platforms_administrator_takes_a_role_and_only_then_sees_events(world: World) -> None:
    with world.app.app_context():
        org = db.session.scalars(select(Account).where(Account.id == world.admin)).one().memberships[0].organization
        make.event(org, code="bajio", name="Encuentro Bajío")
        site = make.account(is_admin=True, name="Sitio", email="sitio@example.com")
        db.session.commit()
        key = site.id
    client = world.client(key)
    home = client.get("/o/").text
    assert ("Usted cuida este sitio" in home, "Encuentro Bajío" in home, 'href="/o/bajio/"' in home) == (
        True,
        True,
        False,
    )
    assert (client.get("/o/bajio/").status_code, client.get("/o/bajio/empresas").status_code) == (404, 404)
    assert "Organizar" in client.get("/mis-eventos").text
    assert '?para=yo"' in client.get(TEAM).text
    page = client.get(f"{TEAM}?para=yo").text
    assert ('value="Sitio"' in page, 'value="sitio@example.com"' in page) == (True, True)
    mine = {"name": "Sitio", "email": "sitio@example.com", "roles": ["manager"], "reason": "Dirijo el encuentro"}
    assert client.post(TEAM, data={**hidden_fields(page), **mine}).status_code == 303
    assert world.log() == [("Sitio", "organization.member_added", "Dirijo el encuentro", ["manager"])]
    assert (client.get("/o/bajio/").status_code, 'href="/o/bajio/"' in client.get("/o/").text) == (200, True)
    assert '?para=yo"' not in client.get(TEAM).text


def test_the_table_of_who_may_do_what_is_on_the_page(world: World) -> None:
    page = world.client().get(TEAM).text
    table = page.split('aria-labelledby="who"')[1].split("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.S)
    shown = {action: [("icon" in cell) for cell in cells.split("<td>")[1:]] for action, cells in rows}
    assert len(shown) == len(ACTIONS)
    assert shown["Publicar y regresar a una versión anterior"] == [False, True, True, *[False] * 6]
    assert shown["Decidir quién entra al equipo y cambiar la organización"] == [True, True, *[False] * 7]
    acting = dict(rows)["Actuar por una empresa (queda en la bitácora)"].split("<td>")[1:]
    assert ["icon" in cell for cell in acting] == [False, True, True, *[False] * 6]
    assert ["Las suyas" in cell for cell in acting] == [*[False] * 3, True, *[False] * 5]
    assert shown["Pedir y responder reuniones"] == [*[False] * (len(PEOPLE) - 2), True, True]

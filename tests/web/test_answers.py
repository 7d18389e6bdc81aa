"""Answers on the web: from the signed link of a mail, from the meeting's page, and what the organizer sees of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.calendars.invite import Person
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState, Participation, Side
from eventsapp.mail.render import build_message, render
from eventsapp.models import Account, Delegate, Invitation, MailMute, OutboxMessage
from eventsapp.services import outbox, replies
from tests import make
from tests.calendars.replies import ics, mail, stamp
from tests.conftest import NOW
from tests.mailbox import part
from tests.publishing import meeting, publish
from tests.statements import counted


class World:
    """A published meeting of Nordwind with Lerma, and their people."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(name="Encuentro Automotriz", code="bajio", slots=4)
            org = event.organization
            buyer = make.registration(event, Side.BUYER, company=make.company(org, name="Nordwind Antriebe"))
            lerma = make.registration(event, company=make.company(org, name="Galvánicos Lerma"))
            held = meeting(buyer, lerma)
            publish(event, [(held, 0, 0)], now=NOW)
            self.meeting, self.uid = held.id, held.uid
            self.slots = [slot.starts_at for slot in event.slots]
            leo, bea = lerma.desks[0].seats[0].delegate, buyer.desks[0].seats[0].delegate
            self.leo, self.leo_address, self.bea = leo.id, leo.email, bea.id
            self.accounts = {"leo": leo.account_id, "bea": bea.account_id, "organizer": make.organizer(org).id}

    def client(self, who: str | None = None) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, self.accounts[who]) if who else None)

    def link(self, kind: str = "invitation") -> str:
        """The personal link in Leo's mail."""
        with self.app.app_context():
            row = db.session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.to_address == self.leo_address, OutboxMessage.kind == kind)
                .order_by(OutboxMessage.created_at.desc())
            ).first()
            assert row is not None
            sent = build_message(
                row,
                base_url="http://localhost",
                host="localhost",
                mail_from="agenda@encuentro.example",
                secret_key="x" * 32,
                date=NOW,
            )
            shown = render(row, base_url="http://localhost")
        text = part(sent, "text/plain")
        assert text is not None
        found = re.search(r"http://localhost(/(?:r|avisos)/\S+/[a-z2-7]{26})", text.get_content())
        assert found is not None
        assert found.group(1)[-26:] not in shown.text + shown.html  # the organizer reads the mail without it
        return found.group(1)

    def answer(self) -> Participation | None:
        with self.app.app_context():
            return db.session.scalars(select(Invitation.answer).where(Invitation.delegate_id == self.leo)).one()

    def take(self, content: bytes) -> None:
        with self.app.app_context(), unit_of_work():
            replies.take(content, now=NOW + timedelta(hours=1))

    def reply(self, path: str = "") -> str:
        with self.app.app_context():
            (row,) = replies.list_for(db.session.get_one(Delegate, self.leo).company.registrations[0].event)
            return f"/o/bajio/respuestas/{row.id}{path}"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(sqlite_app: Flask, clock: time_machine.Traveller) -> World:
    return World(sqlite_app)


def test_the_link_of_the_mail_shows_and_only_the_form_answers(world: World) -> None:
    link, client = world.link(), world.client()
    page = client.get(f"{link}?r=no").get_data(as_text=True)
    assert "Reunión con Nordwind Antriebe" in page
    assert world.answer() is None
    done = client.submit(link, {"said": "no", "comment": "Viaje"})
    assert (done.status_code, done.location, world.answer()) == (303, link, Participation.DECLINED)
    assert client.submit(link, {"said": "si"}).status_code == 303
    assert world.answer() is Participation.ACCEPTED
    assert client.submit(link, {"said": "quizá"}).status_code == 422


def test_a_wrong_link_is_absent(world: World) -> None:
    link, client = world.link(), world.client()
    wrong = [link[:-1] + ("a" if link[-1] != "a" else "b"), link.replace("/0/", "/1/"), link + "a", link[:-4]]
    assert [client.get(path).status_code for path in wrong] == [404] * 4
    assert [client.post(path, data={"said": "no"}).status_code in (400, 404) for path in wrong] == [True] * 4
    assert world.answer() is None


def test_without_the_token_of_the_form_nothing_is_answered(world: World) -> None:
    assert world.client().post(world.link(), data={"said": "no"}).status_code == 400
    assert world.answer() is None


def test_an_old_link_says_that_the_meeting_changed(world: World, clock: time_machine.Traveller) -> None:
    old = world.link()
    with world.app.app_context(), unit_of_work():
        row = db.session.scalars(select(Invitation).where(Invitation.delegate_id == world.leo)).one()
        publish(row.meeting.event, [(row.meeting, 1, 0)], now=NOW + timedelta(hours=1))
    client = world.client()
    assert "La reunión cambió después de este correo" in client.get(old).get_data(as_text=True)
    assert client.submit(old, {"said": "no"}, page="/entrar").status_code == 422
    assert world.answer() is None
    new = world.link()
    clock.move_to(world.slots[1])
    assert "ya empezó" in client.get(new).get_data(as_text=True)
    assert client.submit(new, {"said": "no"}, page="/entrar").status_code in (303, 409)
    assert world.answer() is None


def test_from_the_meeting_s_page_and_both_sides_see_it(world: World) -> None:
    page = f"/e/bajio/reunion/{world.meeting}"
    client = world.client("leo")
    assert client.submit(f"{page}/respuesta", {"said": "no"}, page=page).status_code == 303
    assert world.answer() is Participation.DECLINED
    assert "No asistirá" in world.client("bea").get(page).get_data(as_text=True)
    assert "avisó que no asistirá" in world.client("bea").get("/e/bajio/agenda").get_data(as_text=True)
    assert client.submit(f"{page}/respuesta", {"said": "x"}, page=page).status_code == 404
    assert world.client("organizer").get(page).status_code == 404


# The organizer --------------------------------------------------------------------------------------------------------


def test_the_list_is_empty_then_full_and_filtered(world: World) -> None:
    organizer = world.client("organizer")
    assert "Todavía no hay respuestas" in organizer.get("/o/bajio/respuestas").get_data(as_text=True)
    world.client().submit(world.link(), {"said": "no", "comment": "Viaje a Bonn"})
    for query, shown in (("", True), ("?estado=no-asisten", True), ("?estado=asisten", False), ("?estado=x", True)):
        page = organizer.get(f"/o/bajio/respuestas{query}").get_data(as_text=True)
        assert ("Viaje a Bonn" in page) is shown
    assert 'href="/o/bajio/respuestas"' in organizer.get("/o/bajio/mensajes").get_data(as_text=True)
    assert "Viaje a Bonn" in organizer.get(world.reply()).get_data(as_text=True)
    assert world.client("leo").get("/o/bajio/respuestas").status_code == 404


def test_the_list_costs_the_same_for_one_and_for_three(world: World) -> None:
    organizer, client, link = world.client("organizer"), world.client(), world.link()
    costs = []
    for answers in (["no"], ["si", "tal-vez"]):
        for said in answers:
            client.submit(link, {"said": said})
        with counted(world.app) as statements:
            organizer.get("/o/bajio/respuestas")
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_an_alias_is_counted_by_the_organizer(world: World) -> None:
    world.take(mail(ics(uid=world.uid, attendee="leo@alias.example", partstat="DECLINED"), sender="leo@alias.example"))
    organizer, page = world.client("organizer"), world.reply()
    assert "¿Habla por una de estas personas?" in organizer.get(page).get_data(as_text=True)
    with world.app.app_context():
        row = replies.find_own(world.meeting, world.leo)
        assert row is not None
        wish = str(row.id)
    assert organizer.submit(f"{page}/contar", {"persona": "nadie"}, page=page).status_code == 404
    assert organizer.submit(f"{page}/contar", {"persona": wish}, page=page).status_code == 303
    assert world.answer() is Participation.DECLINED
    assert organizer.submit(f"{page}/descartar", {}, page=page).status_code in (303, 409)


def proposal(world: World) -> None:
    times = (f"DTSTART:{stamp(world.slots[2])}", f"DTEND:{stamp(world.slots[2] + timedelta(minutes=20))}")
    counter = ics(*times, method="COUNTER", partstat="TENTATIVE", uid=world.uid, attendee=world.leo_address)
    world.take(mail(counter, sender=world.leo_address))


def test_a_proposal_is_moved_into_a_draft(world: World) -> None:
    proposal(world)
    organizer, page = world.client("organizer"), world.reply()
    shown = organizer.get(page).get_data(as_text=True)
    form = re.search(r'action="([^"]+/mover)".*?name="slot" value="([^"]+)".*?name="edit" value="(\d+)"', shown, re.S)
    assert form is not None
    done = organizer.submit(form[1], {"slot": form[2], "edit": form[3]}, page=page)
    assert (done.status_code, done.location) == (303, "/o/bajio/publicacion")
    assert "09:50" in organizer.get("/o/bajio/publicacion").get_data(as_text=True)
    assert organizer.submit(form[1], {"slot": "x", "edit": "x"}, page=page).status_code == 404


def test_a_proposal_is_refused_with_a_mail(world: World) -> None:
    proposal(world)
    organizer, page = world.client("organizer"), world.reply()
    assert organizer.submit(f"{page}/rechazar", {"comment": "Sin lugar"}, page=page).status_code == 303
    with world.app.app_context():
        row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "proposal_refused")).one()
        assert (row.to_address, row.fields["comment"]) == (world.leo_address, "Sin lugar")
        key = row.id
    assert "Sin lugar" in organizer.get(f"/o/bajio/mensajes/{key}").get_data(as_text=True)


# Notices --------------------------------------------------------------------------------------------------------------


def test_one_click_ends_notices_but_not_invitations(world: World) -> None:
    link = world.link("agenda_published")
    client = world.client()
    assert "No recibir más avisos" in client.get(link).get_data(as_text=True)
    assert muted(world) == []
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 303
    assert muted(world) == [world.leo_address]
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 303
    with world.app.app_context():
        kinds = {row.kind: outbox.is_unwanted(row) for row in mails_to(world)}
    assert kinds == {"invitation": False, "agenda_published": True}
    client.submit(link, {"avisos": "si"})
    assert muted(world) == []
    assert client.post(link[:-1] + "7", data={}).status_code == 404


def test_the_header_is_on_notices_only(world: World) -> None:
    with world.app.app_context():
        headers = {}
        for row in mails_to(world):
            sent = build_message(
                row,
                base_url="https://encuentro.example",
                host="encuentro.example",
                mail_from="agenda@encuentro.example",
                secret_key="x" * 32,
                date=NOW,
            )
            headers[row.kind] = (sent["List-Unsubscribe"] or "", sent["List-Unsubscribe-Post"])
    assert headers["invitation"] == ("", None)
    address, post = headers["agenda_published"]
    assert re.fullmatch(r"<https://encuentro\.example/avisos/[0-9a-f-]{36}/[a-z2-7]{26}>", address)
    assert post == "List-Unsubscribe=One-Click"


def mails_to(world: World) -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_address == world.leo_address)))


def muted(world: World) -> list[str]:
    with world.app.app_context():
        return list(db.session.scalars(select(MailMute.address)))


def test_what_a_bounced_mail_says(world: World, tmp_path: Path) -> None:
    with world.app.app_context(), unit_of_work():
        row = mails_to(world)[0]
        row.state = OutboxState.SENT
        outbox.note_report(row.message_id, is_failure=True, said="failed 5.1.1", now=NOW)
        key = row.id
    organizer = world.client("organizer")
    page = f"/o/bajio/mensajes/{key}"
    shown = organizer.get(page).get_data(as_text=True)
    assert "No entregado" in shown
    assert "failed 5.1.1" in shown
    assert organizer.get("/o/bajio/mensajes?estado=rebotados").status_code == 200
    assert organizer.submit(f"{page}/reenviar", {}, page=page).status_code == 303
    assert Person("Leo", world.leo_address).is_at(world.leo_address.upper())

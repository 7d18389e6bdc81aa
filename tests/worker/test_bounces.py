"""A mail that another server gives back, from end to end: sent by SMTP, returned by SMTP, read by IMAP or from a pipe,
and the organizer sees who did not get it, and why."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.cli.main import main
from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState, Side
from eventsapp.models import Account, Delegate, Event, OutboxMessage
from eventsapp.services import campaigns, outbox
from eventsapp.services.campaigns import Answers, Audience
from eventsapp.worker import runner
from eventsapp.worker.receiving import receiver
from tests import make
from tests.mail.post import Post, office
from tests.publishing import draft, meeting

UNKNOWN = ("5.1.1", "550 5.1.1 <leo@x.example>: Recipient address rejected: User unknown in local recipient table")
FULL = ("5.2.2", "552 5.2.2 The email account that you tried to reach is over quota")
ODD = ("5.9.9", "599 <script>alert(1)</script> nobody knows")


@pytest.fixture
def post() -> Iterator[Post]:
    with office() as running:
        yield running


@dataclass
class World:
    """An event, the campaign to its three people, and the organizer's browser."""

    app: Flask
    post: Post
    organizer: UUID
    event_code: str
    number: int
    people: list[str]

    def client(self) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.organizer))

    def send(self) -> None:
        runner.run_until_idle(self.app)

    def fetch(self) -> int:
        reader = receiver(self.app)
        assert reader is not None
        return reader.read_waiting()

    def states(self) -> dict[str, OutboxState]:
        with self.app.app_context():
            return {row.to_address: row.state for row in db.session.scalars(select(OutboxMessage))}

    def text(self, path: str) -> str:
        answer = self.client().get(f"/o/{self.event_code}/{path}")
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)


@pytest.fixture
def world(app: Flask, post: Post) -> World:
    app.config["SETTINGS"] = app.config["SETTINGS"].with_(mail_url=post.mail_url, imap_url=post.imap_url)
    with app.app_context(), unit_of_work():
        event = make.event()
        people = [
            registration.delegates[0].email
            for registration in (
                make.registration(event, Side.BUYER),
                make.registration(event),
                make.registration(event),
            )
        ]
        account = make.organizer(event.organization)
        texts = {"es_MX": {"subject": "Aviso", "body": "Hola, {nombre}."}, "en": {"subject": "", "body": ""}}
        campaign = campaigns.add(event, Answers(Audience(), texts), actor=make.actor(account), now=now())
        campaigns.send(campaign, at=None, actor=make.actor(account), now=now())
        key, code, number = account.id, event.code, campaign.number
    return World(app, post, key, code, number, people)


def row_of(page: str, address: str) -> str:
    """What a list says about one person, without marks."""
    (row,) = (row for row in re.findall(r"<(?:tr|li)>.*?</(?:tr|li)>", page, re.DOTALL) if address in row)
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def test_a_mail_that_comes_back_is_not_delivered_and_the_organizer_reads_why(world: World) -> None:
    unknown, full, reached = world.people
    world.post.provider.unknown = {unknown: UNKNOWN, full: FULL}
    world.send()
    assert world.states() == dict.fromkeys(world.people, OutboxState.SENT)
    assert sorted(world.post.provider.returned) == sorted([unknown, full])
    assert world.post.senders == ["<>", "<>"]
    assert (world.fetch(), world.fetch()) == (2, 0)
    assert list(world.post.box.flags.values()) == [{r"\Seen"}, {r"\Seen"}]
    assert world.states() == {unknown: OutboxState.BOUNCED, full: OutboxState.BOUNCED, reached: OutboxState.SENT}

    everything = world.text("mensajes")
    assert "No entregado La dirección no existe." in row_of(everything, unknown)
    assert "No entregado El buzón está lleno." in row_of(everything, full)
    assert "No entregado" not in row_of(everything, reached)
    campaign = world.text(f"mensajes/envios/{world.number}")
    assert "La dirección no existe. No entregado" in row_of(campaign, unknown)
    assert campaign.index(unknown) < campaign.index(reached)
    only = world.text(f"mensajes?estado=rebotados&envio={world.number}")
    assert (unknown in only, full in only, reached in only) == (True, True, False)
    summary = world.text("")
    assert "2 mensajes no entregados" in summary
    assert f"/o/{world.event_code}/mensajes?estado=rebotados" in summary

    with world.app.app_context():
        mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_address == unknown)).one()
    page = world.text(f"mensajes/{mail.id}")
    for said in (
        "El servidor de la persona devolvió este mensaje.",
        "La dirección no existe.",
        "User unknown in local",
    ):
        assert said in page


def test_sent_again_it_comes_back_again_or_arrives(world: World) -> None:
    unknown, full, _reached = world.people
    world.post.provider.unknown = {unknown: UNKNOWN, full: FULL}
    world.send()
    world.fetch()
    del world.post.provider.unknown[full]  # the mailbox has room again
    with world.app.app_context(), unit_of_work():
        for mail in db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == OutboxState.BOUNCED)):
            outbox.resend(mail, actor=make.actor(db.session.get_one(Account, world.organizer)), now=now())
    world.send()
    assert (world.states()[unknown], world.states()[full]) == (OutboxState.SENT, OutboxState.SENT)
    world.post.box.put(world.post.box.mails[0])  # the first report once more: it speaks of a message that is over
    assert world.fetch() == 2
    assert (world.states()[unknown], world.states()[full]) == (OutboxState.BOUNCED, OutboxState.SENT)


def test_a_report_may_come_by_a_pipe_and_an_odd_one_stays_text(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = world.people[0]
    world.post.provider.unknown = {unknown: ODD}
    world.send()
    settings = world.app.config["SETTINGS"]
    for name, value in (
        ("DATA_DIR", str(settings.data_dir)),
        ("SECRET_KEY", settings.secret_key),
        ("DATABASE_URL", settings.database_url),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(world.post.box.mails[0])))
    assert main(["inbox", "read", "-"]) == 0
    assert capsys.readouterr().out == "-: report failed\n"
    assert world.states()[unknown] is OutboxState.BOUNCED
    page = world.text("mensajes?estado=rebotados")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; nobody knows" in page
    assert "<script>alert(1)" not in page


def test_a_forged_report_about_a_mail_that_nobody_sent_changes_nothing(world: World) -> None:
    world.post.provider.unknown = {world.people[0]: UNKNOWN}
    world.send()
    with world.app.app_context():
        sent = {row.message_id for row in db.session.scalars(select(OutboxMessage))}
    (real,) = world.post.box.mails
    (known,) = (name for name in sent if name.encode() in real)
    world.post.box.mails[0] = real.replace(known.encode(), b"0" * len(known))
    assert world.fetch() == 1
    assert set(world.states().values()) == {OutboxState.SENT}


def test_before_publishing_the_organizer_knows_whom_mails_do_not_reach(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        event = db.session.scalars(select(Event)).one()
        buyer, first, second = event.registrations
        draft(event, [(meeting(buyer, first), 0, 0), (meeting(buyer, second), 1, 0)])
        unknown = first.desks[0].seats[0].delegate.email
    quiet = world.text("publicacion"), world.text("publicacion/personas")
    assert not any("no se le pudo entregar" in page or "Un correo anterior" in page for page in quiet)
    world.post.provider.unknown = {unknown: UNKNOWN}
    world.send()
    world.fetch()
    assert "A 1 de estas personas no se le pudo entregar un correo anterior." in world.text("publicacion")
    people = world.text("publicacion/personas")
    assert people.count("Un correo anterior no se entregó") == 1
    assert "Un correo anterior no se entregó" in row_of(people, name_at(world, unknown))


def name_at(world: World, address: str) -> str:
    """Who has this address."""
    with world.app.app_context():
        return db.session.scalars(select(Delegate.name).where(Delegate.email == address)).one()


def test_the_page_says_what_it_cannot_know(world: World) -> None:
    settings = world.app.config["SETTINGS"]
    assert "IMAP_URL" not in world.text("mensajes")
    world.app.config["SETTINGS"] = settings.with_(imap_url="")
    assert "El buzón agenda@encuentro.example no está conectado" in world.text("mensajes")
    world.app.config["SETTINGS"] = settings.with_(imap_url="", mail_url="")
    assert "no salen a ningún buzón" in world.text("mensajes")

"""The desk after something happened: mails came back, sheets failed, changes are not published, answers wait.

Every state of the pages about publishing, printing, proving and writing, and the pages of single things, wide and on a
phone: no violation, nothing wider than the screen. With AXE_PICTURES set to a folder each page is pictured.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.privacy import ArcoKind
from eventsapp.domain.values import MailLink, OutboxState, Paper, PrintoutKind
from eventsapp.models import CalendarReply, Invitation, Request, Unplaced
from eventsapp.services import adjustments, arco, campaigns, imports, printouts, replies, schedules
from eventsapp.services.campaigns import Answers, Audience
from eventsapp.worker import runner
from tests.browser.conftest import PHONE, WIDE, served
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_organizer_pages import HERE, Demo, small_event
from tests.calendars.replies import ics, mail, stamp
from tests.services.scheduling_bench import HOST, Bench, solved_draft
from tests.services.test_imports import WHOLE
from tests.workbooks import xlsx

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "Wolfeschlegelsteinhausenbergerdorffseniorpersona"
BOUNCED = "failed 5.1.1 smtp; 550 5.1.1 <ana@x.example>: Recipient address rejected: User unknown"


def _mails(bench: Bench, now: datetime) -> list[str]:
    """Campaigns in every state, and a mail in every state."""
    text = {"subject": "Nos vemos en {sede}", "body": "Hola, {nombre}."}
    texts = {"es_MX": text, "en": {"subject": "See you at {sede}", "body": "Dear {nombre},"}}
    with unit_of_work():
        draft, sent, later, stopped, nobody = (
            campaigns.add(bench.event, Answers(audience, texts, MailLink.AGENDA), actor=bench.actor, now=now)
            for audience in (*[Audience()] * 4, Audience(numbers=(999,)))
        )
        numbers = [one.number for one in (draft, sent, later, stopped, nobody)]
        campaigns.send(sent, at=None, actor=bench.actor, now=now)
        campaigns.send(later, at=now + timedelta(days=2), actor=bench.actor, now=now)
        campaigns.send(stopped, at=None, actor=bench.actor, now=now)
        campaigns.cancel(stopped, actor=bench.actor, now=now)
        rows = campaigns.deliveries(sent)
        errors = {
            OutboxState.BOUNCED: BOUNCED,
            OutboxState.FAILED: "552 5.2.2 mailbox full",
            OutboxState.PENDING: f"450 {LONG}@{LONG}.example try again",
            OutboxState.UNWANTED: "",
        }
        for row, (state, error) in zip(rows, errors.items(), strict=False):
            row.state, row.error, row.to_name = state, error, f"{LONG} {LONG}"
            row.due_at = now + timedelta(hours=1)
            row.history = [{"at": now.isoformat(), "step": "sent", "said": ""}]
        shown = [f"mensajes/{row.id}" for row in rows[: len(errors)]]
        states = ("por-enviar", "enviados", "fallidos", "rebotados")
    return [
        *(f"mensajes/envios/{number}" for number in numbers),
        f"mensajes/envios/{numbers[0]}?idioma=en",
        *shown,
        *(f"mensajes?estado={state}" for state in states),
        f"mensajes?envio={numbers[1]}",
        f"mensajes?envio={numbers[0]}",
        "mensajes?q=nadanada",
    ]


def _printouts(bench: Bench, now: datetime) -> list[str]:
    """Sheets that wait, are drawn, are ready, failed, and were removed."""
    with unit_of_work():
        made = [
            printouts.start(bench.event, kind, paper=Paper.LETTER, locale="en", actor=bench.actor, now=now)
            for kind in PrintoutKind
        ]
        waiting, gathering, drawing, ready, failed, old = made
        for row in (gathering, drawing):
            printouts.begin(row)
        printouts.tell_drawing(drawing)
        printouts.finish(ready, b"%PDF-", now=now)
        printouts.fail(failed, "crashed", now=now, detail=f"TypstError: {LONG * 4}")
        printouts.finish(old, b"%PDF-", now=now)
        old.content = old.size = None
        for row in made:
            if row.job is not None:
                db.session.delete(row.job)
                row.job = None
        assert waiting.status.value == "queued"
    return ["impresos"]


def _answers(bench: Bench, now: datetime) -> list[str]:
    """An answer from somebody else, one that nobody can read, a proposal of another time."""
    event = bench.event
    with unit_of_work():
        row = db.session.query(Invitation).order_by(Invitation.starts_at).first()
        assert row is not None
        person = row.delegate.email
        start = event.slots[-1].starts_at
        times = (f"DTSTART:{stamp(start)}", f"DTEND:{stamp(start + timedelta(minutes=20))}")
        for number, content in enumerate(
            (
                mail(ics(uid=row.uid, attendee=person, partstat="DECLINED"), sender="otra@x.example"),
                mail(ics(uid=row.uid, attendee=person)[:120], sender=person),
                mail(ics(*times, method="COUNTER", partstat="TENTATIVE", uid=row.uid, attendee=person), sender=person),
            )
        ):
            replies.take(content.replace(b"reply-1@", f"reply-{number}@".encode()), now=now)
    return [f"respuestas/{reply.id}" for reply in db.session.query(CalendarReply)]


def _build(demo: Demo) -> None:
    now = datetime.now(UTC)
    with demo.live.app.app_context():
        with unit_of_work():
            bench = small_event()
        first = bench.publish(solved_draft(bench, now), now)
        pages = [f"horario/{first.number}/certificado", "publicacion"]
        runner.run_until_idle(demo.live.app)
        with unit_of_work():
            dropped, moved = (place.meeting for place in schedules.list_placements(first)[:2])
            by = {"actor": bench.actor, "now": now, "host": HOST}
            draft = adjustments.unschedule(first, dropped, edit=first.edit, **by)
            spots = adjustments.find_places(draft, moved.a_id, moved.b_id).can
            draft = adjustments.move(draft, moved, slot=spots[0].slot, table=None, edit=draft.edit, **by)
            number, meeting = draft.number, moved.id
            pair = db.session.query(Unplaced).filter_by(schedule_id=draft.id).first()
            assert pair is not None
            pages += [f"horario/{number}/reunion/{meeting}", f"horario/{number}/sin-lugar/{pair.a_id}/{pair.b_id}"]
            asked = bench.event.registrations[0].id
        pages += _mails(bench, now) + _printouts(bench, now) + _answers(bench, now)
        with unit_of_work():
            request = arco.file(
                bench.event, ArcoKind.ACCESS, name=LONG, email="ana@x.example", text="Mis datos", locale="es_MX",
                actor=Actor(), now=now,
            )  # fmt: skip
            pages += [f"privacidad/{request.id}", f"empresas/{asked}"]
            imports.start(bench.event, "lista.xlsx", xlsx(WHOLE), actor=bench.actor, now=now)
            pages.append(f"solicitudes/{db.session.query(Request).limit(1).one().id}")
        runner.run_until_idle(demo.live.app)
        pages += ["importar/1", "", "horario", "publicacion", "publicacion/personas"]
        demo.organizer, demo.pages = bench.account.id, [f"{HERE}/{path}" for path in pages]
        demo.pages.append(f"/o/organizacion/{bench.event.organization.code}")


@pytest.fixture(scope="module")
def demo(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Demo]:
    """The event that all visits share."""
    with served(tmp_path_factory.mktemp("states"), sqlite_template, compiled_templates) as live:
        made = Demo(live, uuid4(), [], [])
        _build(made)
        yield made


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_state_has_a_violation(browser: Browser, demo: Demo, viewport: dict[str, int]) -> None:
    page, found = demo.page(browser, viewport), []
    for address in demo.pages:
        answer = page.goto(demo.live.address + address)
        assert answer is not None
        if answer.status != 200:
            found.append(f"{address}: {answer.status}")
        page.evaluate("document.querySelectorAll('main details').forEach(folded => { folded.open = true })")
        found += faults_of(page, address)
    page.context.close()
    assert found == []

"""What follows a schedule, as people do it: publish, roll back and freeze; write in two languages; take files along.

Each way is gone by mouse and by keys alone, on a wide screen and on a phone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eventsapp.cli import main
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState
from eventsapp.models import Block, Event, Meeting, OutboxMessage, Schedule, Slot
from eventsapp.services import adjustments, publication, schedules
from eventsapp.worker import runner
from eventsapp.worker.receiving import receiver
from tests.browser.conftest import PHONE, WIDE, Live
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_organizer_pages import HERE, press, reach, signed_in, small_event
from tests.mail.post import Post, office
from tests.services.scheduling_bench import HOST, Bench, solved_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEARER = timedelta(days=20)  # so that the longest freeze of 60 days has begun


@dataclass
class Hand:
    """An organizer on a page, with a mouse or with keys alone."""

    live: Live
    page: Page
    by_keys: bool

    def use(self, wanted: Locator) -> None:
        """Follow a link or press a button."""
        if self.by_keys:
            press(self.page, wanted)
        else:
            wanted.click()

    def write(self, label: str, text: str) -> None:
        """Fill in a field."""
        field = self.page.get_by_label(label, exact=True)
        if self.by_keys:
            reach(self.page, field)
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
        else:
            field.fill(text)

    def go(self, section: str) -> None:
        """Open a section by the rail."""
        rail = self.page.get_by_role("navigation", name="Secciones")
        self.use(rail.get_by_role("link", name=section))
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def link(self, name: str | re.Pattern[str]) -> Locator:
        """A link of the page itself."""
        return self.page.get_by_role("main").get_by_role("link", name=name)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button of the page itself."""
        return self.page.get_by_role("main").get_by_role("button", name=name)

    def confirm(self, name: str | re.Pattern[str]) -> None:
        """Answer the question that a grave act asks first."""
        self.use(self.page.get_by_role("dialog").get_by_role("button", name=name))

    def saved(self, wanted: Locator, folder: Path) -> Path:
        """Download a file."""
        with self.page.expect_download() as waiting:
            self.use(wanted)
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target


@pytest.fixture
def bench(live: Live) -> Iterator[Bench]:
    """An event whose first version is published."""
    with live.app.app_context():
        now = datetime.now(UTC)
        with unit_of_work():
            made = small_event()
            event = made.event
            rows: list[Block | Slot | Event] = [*event.blocks, *event.slots, event]
            for row in rows:
                row.starts_at, row.ends_at = row.starts_at - NEARER, row.ends_at - NEARER
        settings, draft = live.app.config["SETTINGS"], solved_draft(made, now)
        with unit_of_work():
            publication.publish(
                draft,
                actor=made.actor,
                now=now,
                base_url=settings.base_url,
                organizer_address=settings.mail_from,
            )
        yield made


WAYS = {
    "wide-mouse": (WIDE, False),
    "wide-keys": (WIDE, True),
    "phone-mouse": (PHONE, False),
    "phone-keys": (PHONE, True),
}


def by(*ways: str) -> pytest.MarkDecorator:
    """Go a way by these hands."""
    return pytest.mark.parametrize(("viewport", "by_keys"), [WAYS[way] for way in ways], ids=ways)


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail provider that gives back what it cannot deliver, and our mailbox."""
    with office() as running:
        yield running


@pytest.fixture
def hand(browser: Browser, live: Live, bench: Bench, viewport: dict[str, int], by_keys: bool) -> Iterator[Hand]:
    """The organizer of that event."""
    page = signed_in(browser, live, bench.account.id, viewport)
    page.goto(f"{live.address}{HERE}/")
    yield Hand(live, page, by_keys)
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def held() -> int:
    """How many meetings are planned."""
    db.session.rollback()
    return db.session.query(Meeting).filter(Meeting.cancelled_at.is_(None)).count()


def published() -> int:
    """The number of the version that everybody sees."""
    db.session.rollback()
    return db.session.query(Schedule.number).filter(Schedule.status == "published").scalar() or 0


@by(*WAYS)
def test_a_change_is_published_rolled_back_and_frozen(hand: Hand, bench: Bench) -> None:
    now, planned = datetime.now(UTC), held()
    first = schedules.find_published(bench.event)
    assert first is not None
    dropped = schedules.list_placements(first)[0].meeting
    buyer = dropped.a.company.name
    with unit_of_work():
        adjustments.unschedule(first, dropped, edit=first.edit, actor=bench.actor, now=now, host=HOST)

    hand.go("Publicación")
    hand.use(hand.link("Ver persona por persona"))
    row = hand.page.get_by_role("row").filter(has_text=buyer).first
    hand.use(row.get_by_role("link", name=re.compile("^Ver sus correos")))
    expect(hand.page.get_by_role("main")).to_contain_text(re.compile("Se canceló su reunión"))
    hand.use(hand.link("A quién se avisa"))
    hand.use(hand.link("Publicación"))
    hand.use(hand.button("Publicar y avisar a 2 personas"))
    expect(hand.page.get_by_text("Todo está publicado")).to_be_visible()
    assert (published(), held()) == (2, planned - 1)

    hand.use(hand.button(re.compile("^Volver a esta")))
    hand.confirm(re.compile("^Volver a esta"))
    expect(hand.page).to_have_url(re.compile("/horario"))
    hand.go("Publicación")
    hand.use(hand.button("Publicar y avisar a 2 personas"))
    expect(hand.page.get_by_text("Todo está publicado")).to_be_visible()
    assert (published(), held()) == (3, planned)
    assert faults_of(hand.page, "published") == []

    hand.go("Ajustes")
    hand.use(hand.link("Límites"))
    hand.write("Horas de congelación antes del inicio", "1440")
    hand.use(hand.button("Guardar cambios"))
    expect(hand.page.get_by_text("Cambios guardados")).to_be_visible()
    hand.page.goto(f"{hand.live.address}{HERE}/horario/corridas")
    expect(hand.page.get_by_text("Lo publicado está congelado").first).to_be_visible()
    expect(hand.button("Armar el horario")).to_have_count(0)
    hand.use(hand.link("Reparar lo publicado").first)
    expect(hand.page).to_have_url(re.compile("/horario/reparar"))
    assert faults_of(hand.page, "repair of what is frozen") == []


@by("wide-keys", "phone-mouse")
def test_a_message_goes_out_in_two_languages_and_its_fate_is_seen(hand: Hand, bench: Bench, post: Post) -> None:
    with unit_of_work():
        account = bench.buyers[0].delegates[0].account
        assert account is not None
        account.locale, english = "en", account.email
        bounced = bench.suppliers[0].delegates[0].email
    app = hand.live.app
    app.config["SETTINGS"] = app.config["SETTINGS"].with_(mail_url=post.mail_url, imap_url=post.imap_url)
    runner.run_until_idle(app)  # the invitations
    post.provider.unknown = {bounced: ("5.1.1", "550 5.1.1 no such user")}
    hand.go("Mensajes")
    hand.use(hand.link("Envíos a muchas personas"))
    hand.use(hand.link("Escribir mensaje").first)
    hand.write("Asunto", "Nos vemos en {sede}")
    hand.write("Mensaje", "Hola, {nombre}.")
    hand.use(hand.page.get_by_text("Versión en inglés", exact=True))
    hand.write("Asunto en inglés (opcional)", "See you at {sede}")
    hand.write("Mensaje en inglés (opcional)", "Dear {nombre},")
    hand.use(hand.button("Guardar y revisar"))
    expect(hand.page.get_by_role("main")).to_contain_text("Nos vemos en Centro de Congresos")
    hand.use(hand.link("English"))
    expect(hand.page.get_by_role("main")).to_contain_text("See you at Centro de Congresos")
    hand.use(hand.button("Enviar a 6 personas"))
    hand.confirm("Enviar a 6 personas")
    expect(hand.page.get_by_text("Va en camino a 6 personas")).to_be_visible()
    runner.run_until_idle(app)
    with unit_of_work():
        mails = {mail.to_address: mail for mail in db.session.query(OutboxMessage).filter_by(kind="campaign")}
        assert {mail.state for mail in mails.values()} == {OutboxState.SENT}
    assert {address: mail.locale for address, mail in mails.items() if mail.locale == "en"} == {english: "en"}
    mailbox = receiver(app)
    assert mailbox is not None
    assert mailbox.read_waiting() == 1
    hand.page.reload()
    fates = hand.page.get_by_role("main")
    expect(fates).to_contain_text(re.compile(r"No entregado\s*1"))
    expect(fates).to_contain_text(re.compile(r"Enviad\w+\s*5"))
    expect(fates).to_contain_text("La dirección no existe.")
    assert faults_of(hand.page, "a campaign of which one mail bounced") == []
    hand.use(hand.link(bench.suppliers[0].delegates[0].name))
    expect(hand.page.get_by_role("main")).to_contain_text("550 5.1.1 no such user")
    assert faults_of(hand.page, "a mail that bounced") == []
    hand.go("Resumen")
    hand.use(hand.link(re.compile("1 mensaje no entregado")))
    expect(hand.page.get_by_role("row").filter(has_text=bounced)).to_contain_text("La dirección no existe.")
    assert faults_of(hand.page, "mails that bounced") == []


@by("wide-mouse", "phone-keys")
def test_pictures_and_the_certificate_are_taken_along_and_prove_themselves(
    hand: Hand, bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand.go("Publicación")
    hand.use(hand.link("Certificado"))
    certificate = hand.saved(hand.link("Descargar certificado"), tmp_path)
    assert main.main(["verify", str(certificate)]) == 0
    assert "true" in capsys.readouterr().out
    forged = json.loads(certificate.read_text())
    forged["schedule"]["meetings"].pop()
    certificate.write_text(json.dumps(forged))
    assert main.main(["verify", str(certificate)]) == 1
    assert capsys.readouterr().out.endswith("faults\n")
    hand.page.goto(f"{hand.live.address}{HERE}/horario/1/graficas")
    drawn = hand.saved(hand.link(re.compile("^SVG")).first, tmp_path)
    assert ElementTree.parse(drawn).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    pixels = hand.saved(hand.link(re.compile("^PNG")).first, tmp_path)
    assert pixels.read_bytes().startswith(b"\x89PNG")

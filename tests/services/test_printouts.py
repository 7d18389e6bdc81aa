"""Printouts: what each sheet says, drawn by the real Typst; hostile text stays text; badges keep their keys."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from eventsapp.app import packaged_or_top_level
from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import BlockKind, Paper, PrintoutKind, PrintoutStatus, Role, Side
from eventsapp.models import AuditEntry, Badge, Block, Event, Printout, Slot
from eventsapp.printing import render
from eventsapp.services import badges, printouts
from eventsapp.worker import runner
from tests import make, publishing

SHEETS = packaged_or_top_level("templates") / "pdf"
HOSTILE = '#panic("x") $x$ *a* `b` <c> @d \\ "q" \u2028 é ő 株式会社 😀'


def published(now: datetime, name: str = "Galvánicos Lerma") -> Event:
    """Two buyers, one supplier, three meetings in the six rounds of one morning, with a break."""
    event = make.event()
    db.session.add(
        Block(
            event=event,
            kind=BlockKind.BREAK,
            title="",
            starts_at=event.slots[0].ends_at,
            ends_at=event.slots[1].starts_at,
        )
    )
    first, second = (
        make.registration(event, Side.BUYER, company=make.company(event.organization, name=f"Compradora {n}"))
        for n in "AB"
    )
    supplier = make.registration(event, Side.SUPPLIER, company=make.company(event.organization, name=name))
    places = [
        (publishing.meeting(first, supplier), 0, 0),
        (publishing.meeting(second, supplier), 2, 1),
    ]
    publishing.publish(event, places, now=now)
    return event


def add_stretch(event: Event, kind: BlockKind, begin: datetime, amount: int) -> None:
    """A block of so many twenty-minute steps, with slots in it when it is for meetings."""
    step = timedelta(minutes=20)
    block = Block(event=event, kind=kind, title="", starts_at=begin, ends_at=begin + amount * step)
    db.session.add(block)
    if kind is BlockKind.MEETINGS:
        starts = [begin + number * step for number in range(amount)]
        db.session.add_all(Slot(event=event, block=block, starts_at=at, ends_at=at + step) for at in starts)
    db.session.flush()
    db.session.expire(event)


def staff(event: Event, role: Role = Role.FLOOR) -> Actor:
    return make.actor(make.organizer(event.organization, role))


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF says it has."""
    (pages,) = re.findall(rb"/Type/Pages/Count (\d+)/Kids\[", pdf)
    return int(pages)


def content(event: Event, kind: PrintoutKind, now: datetime, **values: Any) -> dict[str, Any]:
    """What a kind of sheet says of the published version."""
    given = {"paper": Paper.LETTER, "locale": "es_MX", "actor": staff(event), "now": now, **values}
    printout = printouts.start(event, kind, **given)
    return printouts.content_of(printout, base_url="https://encuentro.example", now=now)


def test_an_agenda_has_a_page_for_each_company_and_day(context: Flask, now: datetime) -> None:
    event = published(now)
    said = content(event, PrintoutKind.AGENDAS, now)
    assert [company["name"] for company in said["companies"]] == ["Compradora A", "Compradora B", "Galvánicos Lerma"]
    supplier = event.registrations[2]
    (person_a,), (person_b,) = (registration.delegates for registration in event.registrations[:2])
    assert said["companies"][2] == {
        "key": f"c{supplier.number}",
        "name": "Galvánicos Lerma",
        "folio": supplier.folio,
        "role": "Proveedor",
        "days": [
            {
                "title": "martes 9 de marzo",
                "count": "2 reuniones",
                "rows": [
                    {
                        "kind": "meeting",
                        "time": "09:00–09:20",
                        "table": "1",
                        "room": "Salón Corregidora",
                        "company": "Compradora A",
                        "people": person_a.name,
                        "desk": "",
                    },
                    {"kind": "pause", "time": "09:20–09:25", "title": "Receso"},
                    {
                        "kind": "meeting",
                        "time": "09:50–10:10",
                        "table": "2",
                        "room": "Salón Corregidora",
                        "company": "Compradora B",
                        "people": person_b.name,
                        "desk": "",
                    },
                ],
                "plans": [
                    {
                        "room": "Salón Corregidora",
                        "tables": [
                            {"label": "1", "is_own": True},
                            {"label": "2", "is_own": True},
                            {"label": "3", "is_own": False},
                        ],
                    }
                ],
            }
        ],
    }
    assert (said["version"], said["is_draft"], said["url"]) == (
        "Publicación 1",
        False,
        f"encuentro.example/e/{event.code}",
    )


def test_the_plan_shows_only_rooms_with_a_meeting_and_no_video_calls(context: Flask, now: datetime) -> None:
    event = published(now)
    first, second, _third = event.tables
    first.virtual_url, second.room = "https://video.example/1", "Terraza"
    db.session.flush()
    plans = {
        company["name"]: company["days"][0]["plans"]
        for company in content(event, PrintoutKind.AGENDAS, now)["companies"]
    }
    terrace = [{"room": "Terraza", "tables": [{"label": "2", "is_own": True}]}]
    assert plans == {"Compradora A": [], "Compradora B": terrace, "Galvánicos Lerma": terrace}


def test_a_crowded_day_of_a_company_stays_on_one_page(context: Flask, now: datetime) -> None:
    said = content(published(now), PrintoutKind.AGENDAS, now)
    (day,) = said["companies"][2]["days"]
    day["rows"] = day["rows"][:1] * 20
    day["plans"][0]["tables"] *= 20
    assert count_pages(render.pdf("agendas", said, sheets=SHEETS)) == 3


@pytest.mark.parametrize(("held", "pages"), [(8, 1), (60, 2)])
def test_short_rounds_share_a_page_and_long_ones_continue(context: Flask, now: datetime, held: int, pages: int) -> None:
    said = content(published(now), PrintoutKind.ROUNDS, now)
    said["rounds"] = said["rounds"][:1]
    said["rounds"][0]["rows"] *= held
    assert count_pages(render.pdf("rounds", said, sheets=SHEETS)) == pages


def test_a_sign_names_who_sits_there_all_day(context: Flask, now: datetime) -> None:
    event = published(now)
    event.tables[1].chairs = 4
    tables = content(event, PrintoutKind.SIGNS, now)["tables"]
    assert [table["chairs"] for table in tables] == ["", "4 sillas", ""]
    assert [(table["label"], table["company"], len(table["days"])) for table in tables] == [
        ("1", "Compradora A", 1),
        ("2", "Compradora B", 1),
        ("3", "", 0),
    ]
    assert tables[0]["days"][0]["rows"] == [{"time": "09:00–09:20", "a": "Compradora A", "b": "Galvánicos Lerma"}]


def test_a_round_lists_its_tables_and_only_used_rounds_are_printed(context: Flask, now: datetime) -> None:
    rounds = content(published(now), PrintoutKind.ROUNDS, now)["rounds"]
    assert [(one["title"], one["rows"]) for one in rounds] == [
        ("09:00–09:20", [{"table": "1", "a": "Compradora A", "b": "Galvánicos Lerma"}]),
        ("09:50–10:10", [{"table": "2", "a": "Compradora B", "b": "Galvánicos Lerma"}]),
    ]


def test_the_board_has_a_page_for_each_room_and_half_day(context: Flask, now: datetime) -> None:
    event = published(now)
    event.tables[2].room = "Terraza"
    db.session.flush()
    pages = content(event, PrintoutKind.BOARD, now)["pages"]
    assert [(page["title"], page["room"], len(page["times"]), page["after_pause"]) for page in pages] == [
        ("martes 9 de marzo · 09:00–11:25", "Salón Corregidora", 6, []),
        ("martes 9 de marzo · 09:00–11:25", "Terraza", 6, []),
    ]
    assert [row["table"] for row in pages[0]["rows"]] == ["1", "2"]
    assert pages[0]["rows"][1]["cells"] == [
        None,
        None,
        {"a": "Compradora B", "b": "Galvánicos Lerma"},
        None,
        None,
        None,
    ]


def test_a_half_day_ends_at_lunch_goes_on_after_a_break_and_splits_when_it_is_long(
    context: Flask, now: datetime
) -> None:
    event = published(now)
    end = event.slots[-1].ends_at
    add_stretch(event, BlockKind.BREAK, end, 1)
    add_stretch(event, BlockKind.MEETINGS, end + timedelta(minutes=30), 2)
    add_stretch(event, BlockKind.LUNCH, end + timedelta(minutes=90), 1)
    add_stretch(event, BlockKind.MEETINGS, end + timedelta(minutes=120), 13)
    add_stretch(event, BlockKind.MEETINGS, end + timedelta(days=1), 1)
    pages = content(event, PrintoutKind.BOARD, now)["pages"]
    assert [(len(page["times"]), page["after_pause"]) for page in pages] == [(8, [6]), (6, []), (7, []), (1, [])]
    assert count_pages(render.pdf("board", content(event, PrintoutKind.BOARD, now), sheets=SHEETS)) == 4


def test_badges_keep_their_keys_and_carry_the_own_agenda(context: Flask, now: datetime) -> None:
    event = published(now)
    first = content(event, PrintoutKind.BADGES, now)["badges"]
    again = content(event, PrintoutKind.BADGES, now)["badges"]
    assert first == again
    keys = [badge["key"] for badge in first]
    assert len(set(keys)) == 3
    assert all(len(key) == badges.LENGTH and set(key) <= set(badges.CHARACTERS) for key in keys)
    assert first[2]["rows"] == [
        {"kind": "day", "title": "martes 9"},
        {"kind": "meeting", "time": "09:00", "table": "1", "company": "Compradora A"},
        {"kind": "meeting", "time": "09:50", "table": "2", "company": "Compradora B"},
    ]
    assert db.session.query(Badge).count() == 3


def test_attendance_lists_everybody_with_a_box_for_each_day(context: Flask, now: datetime) -> None:
    event = published(now)
    said = content(event, PrintoutKind.ATTENDANCE, now)
    assert said["days"] == ["martes 9"]
    assert [(person["company"], person["role"]) for person in said["people"]] == [
        ("Compradora A", "Comprador"),
        ("Compradora B", "Comprador"),
        ("Galvánicos Lerma", "Proveedor"),
    ]


def test_the_language_is_the_one_that_was_asked_for(context: Flask, now: datetime) -> None:
    said = content(published(now), PrintoutKind.AGENDAS, now, locale="en")
    assert (said["title"], said["lang"], said["companies"][0]["role"]) == ("Agendas by company", "en", "Buyer")


@pytest.mark.parametrize("kind", PrintoutKind)
@pytest.mark.parametrize("paper", Paper)
def test_every_kind_is_drawn_and_hostile_text_stays_text(
    context: Flask, now: datetime, kind: PrintoutKind, paper: Paper
) -> None:
    said = content(published(now, name=HOSTILE), kind, now, paper=paper)
    assert render.pdf(kind.value, said, sheets=SHEETS).startswith(b"%PDF-")


WIDE_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
EMPTY: dict[PrintoutKind, dict[str, Any]] = {
    PrintoutKind.AGENDAS: {"companies": []},
    PrintoutKind.BADGES: {"badges": []},
    PrintoutKind.SIGNS: {"tables": []},
    PrintoutKind.ROUNDS: {"rounds": []},
    PrintoutKind.ATTENDANCE: {"people": []},
    PrintoutKind.BOARD: {"pages": []},
}


def margins_are_empty(page: bytes) -> bool:
    """Is nothing printed in the outer 8 mm of a page at the left and at the right?"""
    picture = Image.open(BytesIO(page)).convert("L")
    edge = int(8 / 25.4 * 72)
    sides = ((0, 0, edge, picture.height), (picture.width - edge, 0, picture.width, picture.height))
    return all(picture.crop(side).getextrema() == (255, 255) for side in sides)


@pytest.mark.parametrize("kind", [kind for kind in PrintoutKind if kind is not PrintoutKind.BADGES])
@pytest.mark.parametrize("locale", ["es_MX", "en"])
def test_words_wider_than_their_column_are_divided_and_stay_on_the_paper(
    context: Flask, now: datetime, kind: PrintoutKind, locale: str
) -> None:
    event = published(now, name=f"{WIDE_WORD} {WIDE_WORD}")
    event.name = f"Encuentro {WIDE_WORD} de {WIDE_WORD}"
    for number, table in enumerate(event.tables):
        table.label, table.room = f"A-{number}-PASILLO-NORTE", WIDE_WORD
    for registration in event.registrations:
        for person in registration.delegates:
            person.name = person.job_title = f"{WIDE_WORD} {WIDE_WORD}"
    db.session.flush()
    drawn = render.pages(kind.value, content(event, kind, now, locale=locale), sheets=SHEETS)
    assert [margins_are_empty(page) for page in drawn] == [True] * len(drawn)


def test_a_badge_divides_its_wide_word_before_the_crop_marks(context: Flask, now: datetime) -> None:
    event = published(now, name=WIDE_WORD)
    for registration in event.registrations:
        for person in registration.delegates:
            person.name = person.job_title = WIDE_WORD
    db.session.flush()
    said = content(event, PrintoutKind.BADGES, now)
    said["badges"] = said["badges"][:1]  # the neighbour's place stays white
    front, back = (Image.open(BytesIO(page)).convert("L") for page in render.pages("badges", said, sheets=SHEETS))
    middle, high = front.width // 2, front.height // 2
    assert front.crop((middle + 8, 60, front.width - 30, high - 12)).getextrema() == (255, 255)
    assert back.crop((30, 60, middle - 8, high - 12)).getextrema() == (255, 255)


@pytest.mark.parametrize("kind", PrintoutKind)
def test_a_sheet_without_content_says_so(context: Flask, now: datetime, kind: PrintoutKind) -> None:
    said = content(published(now), kind, now) | EMPTY[kind]
    (page,) = render.pages(kind.value, said, sheets=SHEETS)
    assert Image.open(BytesIO(page)).convert("L").getextrema() < (100, 256)


def test_a_sheet_says_its_year_and_whose_clock_it_follows(context: Flask, now: datetime) -> None:
    event = published(now)
    for locale, place, printed, clock in (
        (
            "es_MX",
            "9 de marzo de 2027",
            "Impreso el miércoles 20 de enero de 2027 a las 10:00",
            "Horas de Ciudad de México",
        ),
        ("en", "March 9, 2027", "Printed on Wednesday, January 20, 2027 at 10:00", "Times of Mexico City"),
    ):
        said = content(event, PrintoutKind.ROUNDS, now, locale=locale)
        assert (said["place"].split(" · ")[-1], said["printed"], said["clock"]) == (place, printed, clock)


def test_an_event_without_anything_still_gets_its_list(context: Flask, now: datetime) -> None:
    event = make.event()
    said = content(event, PrintoutKind.ATTENDANCE, now)
    assert (said["people"], said["version"]) == ([], "Sin horario")
    assert render.pdf("attendance", said, sheets=SHEETS).startswith(b"%PDF-")
    assert render.pdf("badges", content(event, PrintoutKind.BADGES, now), sheets=SHEETS).startswith(b"%PDF-")


def test_without_a_schedule_there_is_nothing_to_print(context: Flask, now: datetime) -> None:
    event = make.event()
    with pytest.raises(DomainError, match="nothing_to_print"):
        printouts.start(event, PrintoutKind.AGENDAS, paper=Paper.A4, locale="es_MX", actor=staff(event), now=now)


def test_observers_print_nothing(context: Flask, now: datetime) -> None:
    event = published(now)
    with pytest.raises(Forbidden):
        content(event, PrintoutKind.AGENDAS, now, actor=staff(event, Role.OBSERVER))


def test_the_worker_prepares_the_file_and_the_log_knows_who_asked(app: Flask, now: datetime) -> None:
    with app.app_context(), unit_of_work():
        event = published(now)
        actor = staff(event)
        made = printouts.start(event, PrintoutKind.AGENDAS, paper=Paper.A4, locale="en", actor=actor, now=now)
        key, name = made.id, actor.name
    runner.run_until_idle(app)
    with app.app_context():
        done = db.session.get_one(Printout, key)
        assert (done.status, done.error, done.size) == (PrintoutStatus.READY, "", len(done.content or b""))
        assert (done.content or b"").startswith(b"%PDF-")
        entry = db.session.query(AuditEntry).filter_by(action="printout.started").one()
        assert (entry.actor_name, entry.detail) == (name, {"kind": "agendas"})


def test_old_files_go_and_what_was_printed_stays_known(context: Flask, now: datetime) -> None:
    event = published(now)
    made = printouts.start(event, PrintoutKind.SIGNS, paper=Paper.A4, locale="en", actor=staff(event), now=now)
    printouts.finish(made, b"%PDF-", now=now)
    db.session.flush()
    printouts.drop_old_files(now=now + printouts.FILES_FOR)
    db.session.refresh(made)
    assert made.size == 5
    printouts.drop_old_files(now=now + printouts.FILES_FOR + timedelta(seconds=1))
    db.session.refresh(made)
    assert (made.size, made.status) == (None, PrintoutStatus.READY)

"""The pages of runs, schedule and publication, from the button to the database and back."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Role, RunStatus, ScheduleStatus
from eventsapp.models import Absence, OutboxMessage, Run, Schedule
from eventsapp.services import adjustments, runs, schedules
from eventsapp.web.organizer.run import stream
from tests import make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.services.scheduling_bench import HOST, Bench, solved_draft


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make()


def client_of(app: Flask, bench: Bench) -> FlaskClient:
    return make.client(app, bench.account)


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_from_the_button_to_a_published_schedule(sqlite_app: Flask, bench: Bench) -> None:
    client, base = client_of(sqlite_app, bench), f"/o/{bench.event.code}"
    assert "Todavía no hay horario" in page(client, f"{base}/horario")
    started = client.submit(f"{base}/horario/corridas", {"seconds": "30", "seed": "1"})
    assert started.status_code == 303
    run = db.session.query(Run).one()
    assert (run.status, run.seconds, run.seed) == (RunStatus.QUEUED, 30, 1)
    assert started.location == f"{base}/horario/corridas/{run.id}"
    assert "En espera de empezar" in page(client, started.location)
    bench.work(run, NOW)
    shown = words(page(client, started.location))
    assert "Listo: es el mejor horario posible" in shown
    assert "6 de 8 solicitudes" in shown
    assert "Revisar horario" in shown
    assert len(set(re.findall(r'href="([^"]*/reunion/[^"]*)"', page(client, f"{base}/horario?vista=lista")))) == 6
    publication = page(client, f"{base}/publicacion")
    assert "Publicar y avisar a 6 personas" in publication
    form = dict(re.findall(r'name="(edit|seen)" value="([^"]*)"', publication))
    answer = client.submit(f"{base}/horario/1/publicar", form, page=f"{base}/publicacion")
    assert answer.status_code == 303
    assert "Todo está publicado" in page(client, f"{base}/publicacion")
    db.session.expire_all()
    assert db.session.query(Schedule).one().status is ScheduleStatus.PUBLISHED


def published(client: FlaskClient, bench: Bench) -> None:
    base = f"/o/{bench.event.code}"
    shown = page(client, f"{base}/publicacion")
    form = dict(re.findall(r'name="(edit|seen)" value="([^"]*)"', shown))
    number = re.search(r"/horario/(\d+)/publicar", shown)
    assert number is not None
    answer = client.submit(f"{base}/horario/{number[1]}/publicar", form, page=f"{base}/publicacion")
    assert answer.status_code == 303


def meeting_path(bench: Bench, number: int = 1, index: int = 0) -> str:
    schedule = schedules.find_version(bench.event, number)
    assert schedule is not None
    place = schedules.list_placements(schedule)[index]
    return f"/o/{bench.event.code}/horario/{number}/reunion/{place.meeting_id}"


def edit_of(bench: Bench, number: int = 1) -> int:
    db.session.expire_all()
    schedule = schedules.find_version(bench.event, number)
    assert schedule is not None
    return schedule.edit


@pytest.fixture
def roomy(sqlite_app: Flask) -> Iterator[Bench]:
    """One buyer, three suppliers, four rounds, two tables, solved: there is room to move."""
    with sqlite_app.app_context():
        bench = Bench.make(buyers=1, suppliers=3, slots=4, tables=2)
        solved_draft(bench, NOW)
        yield bench


def test_a_form_with_impossible_values_keeps_them_and_says_why(sqlite_app: Flask, bench: Bench) -> None:
    client, path = client_of(sqlite_app, bench), f"/o/{bench.event.code}/horario/corridas"
    for values, expected in (
        ({"seconds": "7", "seed": "1"}, "Elija un tiempo de la lista"),
        ({"seconds": "", "seed": "1"}, "Elija un tiempo"),
        ({"seconds": "9" * 400, "seed": "1"}, "Elija un tiempo de la lista"),
        ({"seconds": "60", "seed": "-1"}, "Escriba un número entero de 0 a 2147483647"),
        ({"seconds": "60", "seed": "1e9"}, "Escriba un número entero"),
        ({"seconds": "60", "seed": "9" * 30}, "Escriba un número entero de 0 a 2147483647"),
        ({"seconds": "60", "seed": "<script>"}, "Escriba un número entero"),
        ({}, "Elija un tiempo"),
    ):
        answer = client.submit(path, values)
        assert answer.status_code == 422
        assert expected in words(answer.get_data(as_text=True))
    assert db.session.query(Run).count() == 0


def test_what_cannot_be_solved_is_said_beside_the_form(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        bench = Bench.make(buyers=0)
        answer = client_of(sqlite_app, bench).submit(
            f"/o/{bench.event.code}/horario/corridas", {"seconds": "60", "seed": "1"}
        )
        assert answer.status_code == 422
        assert "Todavía no hay solicitudes aceptadas" in words(answer.get_data(as_text=True))


def test_a_second_click_starts_nothing_twice(sqlite_app: Flask, bench: Bench) -> None:
    client, path = client_of(sqlite_app, bench), f"/o/{bench.event.code}/horario/corridas"
    form = {**hidden_fields(page(client, path)), "seconds": "60", "seed": "1"}
    first, second = client.post(path, data=form), client.post(path, data=form)
    assert first.location == second.location
    assert db.session.query(Run).count() == 1
    again = client.submit(path, {"seconds": "60", "seed": "1"}, page=f"/o/{bench.event.code}/horario")
    assert again.status_code in (303, 400, 422)
    assert db.session.query(Run).count() == 1


def test_the_live_figures_are_the_same_in_page_state_and_events(sqlite_app: Flask, bench: Bench) -> None:
    client = client_of(sqlite_app, bench)
    run = bench.start(NOW)
    path = f"/o/{bench.event.code}/horario/corridas/{run.id}"
    with unit_of_work():
        runs.begin(run, attempt=1, now=NOW)
        for second, (placed, value) in enumerate([(3, 1200), (5, 2300)]):
            figures = {"seconds": 1.0 + second, "phase": "value", "placed": placed, "value": value, "bound": 2500}
            runs.progress(run, figures, NOW, attempt=1)
    state = client.get(f"{path}/estado").get_json()
    assert state == {
        "state": "Armando el horario",
        "phase": "Buscando las mejores reuniones",
        "placed": "5",
        "placed-of": "de 8 solicitudes",
        "distance": "8%",
        "distance-hint": "con el primer horario: 52%",
        "elapsed": "0:00",
        "elapsed-of": "de 0:10",
        "percent_text": "62%",
        "placed_n": 5,
        "asked_n": 8,
        "bound_n": 6,
        "spoken": "Reuniones con lugar: 5 de 8. Distancia al máximo posible: 8%.",
        "ended": False,
    }
    shown = words(page(client, path))
    for text in (state["state"], state["phase"], state["placed-of"], state["distance-hint"]):
        assert text in shown
    assert "<title>62% · Armando el horario" in page(client, path)
    assert "Detener y usar este horario" in shown
    with sqlite_app.test_request_context():
        events = list(stream(run.id, seconds=2, pause=lambda _s: None, ticks=iter([0.0, 0.0, 0.1, 3.0]).__next__))
    assert events[0] == "retry: 2000\n\n"
    head, kind, data, *_ = events[1].split("\n")
    assert (head, kind) == ("id: running---2.5-2300-0", "event: improvement")
    assert json.loads(data.removeprefix("data: ")) == state
    assert len(events) == 2


def test_the_line_of_events_tells_news_beats_and_ends_with_the_run(sqlite_app: Flask, bench: Bench) -> None:
    run = bench.start(NOW)
    with unit_of_work():
        runs.begin(run, attempt=1, now=NOW)

    def told(placed: int) -> None:
        with unit_of_work():
            figures = {"seconds": 1, "phase": "value", "placed": placed, "value": placed, "bound": 9}
            runs.progress(db.session.get_one(Run, run.id), figures, NOW, attempt=1)

    steps = iter([lambda: told(1), lambda: told(1), lambda: told(2), *[lambda: None] * 2, lambda: bench.work(run, NOW)])
    clock = iter(float(second) for second in range(0, 4000, 6))
    with sqlite_app.test_request_context():
        events = list(stream(run.id, seconds=900, pause=lambda _s: next(steps)(), ticks=clock.__next__))
    assert [re.sub(r"(?s).*event: (\w+)\n.*", r"\1", event) for event in events[1:]] == [
        "improvement", "improvement", "progress", "improvement", "heartbeat", "state",
    ]  # fmt: skip


def test_a_browser_that_comes_back_gets_only_news(sqlite_app: Flask, bench: Bench) -> None:
    run = bench.start(NOW)
    bench.work(run, NOW)
    path = f"/o/{bench.event.code}/horario/corridas/{run.id}/eventos"
    client = client_of(sqlite_app, bench)
    first = client.get(path)
    assert (first.status_code, first.mimetype) == (200, "text/event-stream")
    assert first.headers["X-Accel-Buffering"] == "no"
    assert first.headers["Cache-Control"] == "no-store"
    text = first.get_data(as_text=True)
    assert "event: state" in text
    last = re.search(r"id: (.*)", text)
    assert last is not None
    again = client.get(path, headers={"Last-Event-ID": last[1]}).get_data(as_text=True)
    assert again == "retry: 2000\n\n"
    hostile = client.get(path, headers={"Last-Event-ID": "x" * 5000})
    assert "event: state" in hostile.get_data(as_text=True)


def test_a_run_is_stopped_and_cancelled_by_its_buttons(sqlite_app: Flask, bench: Bench) -> None:
    client = client_of(sqlite_app, bench)
    run = bench.start(NOW)
    path = f"/o/{bench.event.code}/horario/corridas/{run.id}"
    with unit_of_work():
        runs.begin(run, attempt=1, now=NOW)
    assert client.submit(f"{path}/detener", page=path).status_code == 303
    assert "Terminando con el mejor horario" in page(client, path)
    assert client.submit(f"{path}/cancelar", page=path).status_code == 303
    assert "Cancelando la corrida" in page(client, path)
    bench.work(run, NOW)
    shown = words(page(client, path))
    assert "Corrida cancelada" in shown
    assert "No se guardó ningún horario" in shown


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("checker_refused", "no pasó la revisión independiente"),
        ("engine_memory", "no pudo con tantas solicitudes"),
        ("data_changed", "cambiaron mientras se armaba el horario"),
        ("something new", "se detuvo por un problema nuestro"),
    ],
)
def test_a_failure_is_said_in_words_with_the_way_on(sqlite_app: Flask, bench: Bench, code: str, expected: str) -> None:
    run = bench.start(NOW)
    with unit_of_work():
        runs.fail(run, code, NOW, detail="<b>desk_busy</b> in slot 3")
    html = page(client_of(sqlite_app, bench), f"/o/{bench.event.code}/horario/corridas/{run.id}")
    assert expected in words(html)
    assert "Intentar de nuevo" in words(html)
    assert "&lt;b&gt;desk_busy&lt;/b&gt;" in html


def test_the_list_shows_every_meeting(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}/horario"
    schedule = schedules.find_version(roomy.event, 1)
    assert schedule is not None
    links = {
        f"/o/{roomy.event.code}/horario/1/reunion/{place.meeting_id}" for place in schedules.list_placements(schedule)
    }
    for path in (f"{base}?vista=lista", f"{base}?version=1&dia=2027-03-09&vista=lista"):
        assert set(re.findall(r'href="([^"]*/reunion/[^"]*)"', page(client, path))) == links
    shown = words(page(client, f"{base}?vista=lista"))
    for name in (roomy.buyers[0].company.name, *(supplier.company.name for supplier in roomy.suppliers)):
        assert name in shown
    assert "El tablero necesita JavaScript. La lista tiene todas las acciones." in words(page(client, base))


def test_search_filters(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}/horario"
    name = roomy.suppliers[1].company.name
    for query in (name, name.upper()):
        listed = page(client, f"{base}?vista=lista&q={query}")
        assert len(set(re.findall(r'href="([^"]*/reunion/[^"]*)"', listed))) == 1
    assert "No hay reuniones con ese nombre" in words(page(client, f"{base}?vista=lista&q=zzz"))


def test_hostile_queries_are_pages_or_404(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}/horario"
    hostile = [
        "-1",
        "0",
        "99",
        "9" * 40,
        "1; DROP TABLE schedule",
        "٣",
        "<script>alert(1)</script>",
        "\x00",
        "'",
        "1.5",
    ]
    for value in hostile:
        assert client.get(base, query_string={"version": value}).status_code == 404
        for name in ("dia", "vista", "panel", "q", "page", "per_page"):
            answer = client.get(
                base, query_string={name: value, "vista": "lista"} if name != "vista" else {name: value}
            )
            assert answer.status_code == 200
            assert "<script>alert" not in answer.get_data(as_text=True)
    for path in (f"{base}/0/deshacer", f"{base}/{'9' * 30}/deshacer", f"{base}/7/publicar", f"{base}/7/copiar"):
        assert client.submit(path, page=base).status_code == 404
    for path in (f"{base}/1/reunion/{uuid.uuid4()}", f"{base}/1/sin-lugar/{uuid.uuid4()}/{uuid.uuid4()}",
                 f"{base}/corridas/{uuid.uuid4()}", f"{base}/1/reunion/nobody"):  # fmt: skip
        assert client.get(path).status_code == 404


def test_what_belongs_to_another_event_does_not_exist(sqlite_app: Flask, roomy: Bench) -> None:
    with unit_of_work():
        other = make.organizer(make.organization())
        same = make.event(roomy.event.organization)
    run = db.session.query(Run).one()
    stranger, own = make.client(sqlite_app, other), client_of(sqlite_app, roomy)
    paths = [
        "/horario", "/horario/corridas", f"/horario/corridas/{run.id}", f"/horario/corridas/{run.id}/estado",
        f"/horario/corridas/{run.id}/eventos", "/publicacion",
        meeting_path(roomy).removeprefix(f"/o/{roomy.event.code}"),
    ]  # fmt: skip
    for path in paths:
        assert stranger.get(f"/o/{roomy.event.code}{path}").status_code == 404
        if path not in ("/horario", "/horario/corridas", "/publicacion"):
            assert own.get(f"/o/{same.code}{path}").status_code == 404


def test_reviewers_look_and_touch_nothing(sqlite_app: Flask, roomy: Bench) -> None:
    with unit_of_work():
        reviewer = make.organizer(roomy.event.organization, Role.REVIEWER)
    client, base = make.client(sqlite_app, reviewer), f"/o/{roomy.event.code}"
    meeting = meeting_path(roomy)
    for path in (f"{base}/horario", f"{base}/horario/corridas", f"{base}/publicacion", meeting):
        assert page(client, path)
    token = hidden_fields(page(client, f"{base}/horario"))
    for path in (
        f"{base}/horario/corridas", f"{meeting}/mover", f"{meeting}/fijar", f"{meeting}/soltar", f"{meeting}/quitar",
        f"{base}/horario/1/deshacer", f"{base}/horario/1/copiar", f"{base}/horario/1/publicar",
    ):  # fmt: skip
        assert client.post(path, data=token).status_code in (400, 403, 404)
    assert db.session.query(Schedule).one().status is ScheduleStatus.DRAFT


def test_a_move_by_form_and_its_undo(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = client_of(sqlite_app, roomy), meeting_path(roomy)
    shown = page(client, path)
    offered = re.findall(r'<input type="radio"[^>]*value="([^"]+)"', shown)
    schedule = schedules.find_version(roomy.event, 1)
    assert schedule is not None
    place = schedules.list_placements(schedule)[0]
    old, meeting_id = place.slot_id, place.meeting_id
    target = next(value for value in offered if value != str(old))
    answer = client.submit(f"{path}/mover", {"slot": target, "table": "", "edit": str(schedule.edit)}, page=path)
    assert answer.status_code == 303
    db.session.expire_all()
    moved = schedules.find_placement(schedule, meeting_id)
    assert moved is not None
    assert str(moved.slot_id) == target
    after = page(client, answer.location)
    assert "Reunión movida: martes 9," in words(after)
    undo = re.search(r'action="([^"]*/deshacer\?edit=\d+)"', after)
    assert undo is not None
    assert client.submit(undo[1], page=answer.location).status_code == 303
    db.session.expire_all()
    back = schedules.find_placement(schedule, meeting_id)
    assert back is not None
    assert back.slot_id == old


def test_an_impossible_move_is_refused_in_words_and_keeps_the_form(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = client_of(sqlite_app, roomy), meeting_path(roomy)
    schedule = schedules.find_version(roomy.event, 1)
    assert schedule is not None
    first, second, _ = schedules.list_placements(schedule)
    table = str(second.table_id)
    answer = client.submit(
        f"{path}/mover", {"slot": str(second.slot_id), "table": table, "edit": str(schedule.edit)}, page=path
    )
    text = words(answer.get_data(as_text=True))
    assert answer.status_code == 422
    when = f"martes 9, {second.slot.starts_at.astimezone(roomy.event.zone):%H:%M}"
    assert f"{roomy.buyers[0].company.name} ya tiene reunión el {when}." in text
    for values in ({"slot": "nothing", "edit": "1"}, {"slot": str(uuid.uuid4()), "edit": "1"}, {"edit": "1"},
                   {"slot": str(second.slot_id), "table": "x' OR 1=1", "edit": "1"},
                   {"slot": str(second.slot_id), "edit": "one"}):  # fmt: skip
        assert client.submit(f"{path}/mover", values, page=path).status_code == 422
    assert edit_of(roomy) == schedule.edit
    found = schedules.find_placement(schedule, first.meeting_id)
    assert found is not None
    assert found.slot_id == first.slot_id


def test_an_old_page_gets_409_and_the_name_of_who_was_first(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = client_of(sqlite_app, roomy), meeting_path(roomy)
    old = edit_of(roomy)
    shown = hidden_fields(page(client, path))
    with unit_of_work():
        other = make.organizer(roomy.event.organization, name="Rosa Núñez")
        schedule = schedules.find_version(roomy.event, 1)
        assert schedule is not None
        meeting = schedules.list_placements(schedule)[0].meeting
        adjustments.pin(schedule, meeting, edit=old, actor=make.actor(other), now=NOW, host=HOST)
    answer = client.post(f"{path}/fijar", data={**shown, "edit": str(old)})
    assert answer.status_code == 409
    assert "Rosa Núñez cambió este horario" in words(answer.get_data(as_text=True))
    for edit in ("", "x", "9" * 30, "-1"):
        assert client.submit(f"{path}/fijar", {"edit": edit}, page=path).status_code == 409


def test_pin_unpin_and_take_out_by_their_buttons(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = client_of(sqlite_app, roomy), meeting_path(roomy)
    for verb, expected in (("fijar", "Reunión fijada"), ("soltar", "Reunión suelta"), ("quitar", "Reunión quitada")):
        answer = client.submit(f"{path}/{verb}", {"edit": str(edit_of(roomy))}, page=path)
        assert answer.status_code == 303
        shown = words(page(client, answer.location))
        assert expected in shown
    assert "Se quitó a mano del horario." in shown
    assert client.get(path).status_code == 404


def test_what_has_no_place_gets_one(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}/horario"
    path = meeting_path(roomy)
    client.submit(f"{path}/quitar", {"edit": str(edit_of(roomy))}, page=path)
    link = re.search(r'href="([^"]*/sin-lugar/[^"]*)"', page(client, f"{base}?vista=lista&panel=sin-lugar"))
    assert link is not None
    shown = page(client, link[1])
    assert "2 rondas posibles" in words(shown)
    slot = re.findall(r'<input type="radio"[^>]*value="([^"]+)"', shown)[0]
    answer = client.submit(link[1], {"slot": slot, "table": "", "edit": str(edit_of(roomy))})
    assert answer.status_code == 303
    assert "Reunión con lugar" in words(page(client, answer.location))
    assert client.get(link[1]).status_code == 404


def test_reasons_say_who_won_and_who_is_full(sqlite_app: Flask, bench: Bench) -> None:
    draft = solved_draft(bench, NOW)
    client, path = client_of(sqlite_app, bench), f"/o/{bench.event.code}/horario?vista=lista&panel=sin-lugar"
    placements = schedules.list_placements(draft)
    winner = next(
        found.detail["won"] for found in schedules.list_missing(draft, placements) if found.reason == "lottery"
    )
    place = next(row for row in placements if schedules.key_of(row.meeting) == frozenset(schedules.pair_of(winner)))
    names = f"{place.meeting.a.company.name} con {place.meeting.b.company.name}"
    assert f"Empató con la reunión de {names} y el sorteo favoreció a esa." in words(page(client, path))


def test_the_difference_is_shown_before_it_is_published(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}"
    published(client, roomy)
    path = meeting_path(roomy)
    shown = page(client, path)
    assert "Esta versión está publicada" in words(shown)
    schedule = schedules.find_version(roomy.event, 1)
    assert schedule is not None
    place = schedules.list_placements(schedule)[0]
    target = next(v for v in re.findall(r'<input type="radio"[^>]*value="([^"]+)"', shown) if v != str(place.slot_id))
    client.submit(f"{path}/mover", {"slot": target, "table": "", "edit": str(schedule.edit)}, page=path)
    text = words(page(client, f"{base}/publicacion"))
    assert "1 reunión movida" in text
    assert "Publicar y avisar a 2 personas" in text
    assert "Se avisará a 2 personas de 2 empresas." in text
    assert "1 cambio sin publicar" in words(page(client, f"{base}/horario?vista=lista"))
    published(client, roomy)
    text = words(page(client, f"{base}/publicacion"))
    assert "Publicado: versión 2" in text
    assert ways_back(client, base) == ["1"]
    client.submit(f"{base}/horario/1/copiar", page=f"{base}/publicacion")
    assert "Borrador 3" in words(page(client, f"{base}/horario"))


def ways_back(client: FlaskClient, base: str) -> list[str]:
    """To which versions the page of publication leads back."""
    return re.findall(r'action="[^"]+/horario/(\d+)/copiar"', page(client, f"{base}/publicacion"))


def test_every_version_comes_back_and_nobody_is_told_before_it_is_published(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}"
    published(client, roomy)
    mails = db.session.query(OutboxMessage).count()
    solved_draft(roomy, NOW, seed=2)
    assert ways_back(client, base) == ["1"]  # a draft that is not wanted leads back to what is published
    client.submit(f"{base}/horario/1/copiar", page=f"{base}/publicacion")
    text = words(page(client, f"{base}/publicacion"))
    assert "El borrador 3 es igual a lo publicado." in text
    assert ways_back(client, base) == ["2", "1"]  # and an older draft is not lost either
    client.submit(f"{base}/horario/2/copiar", page=f"{base}/publicacion")
    assert "copia de la 2" in words(page(client, f"{base}/publicacion"))
    db.session.rollback()
    assert db.session.query(OutboxMessage).count() == mails


def test_publishing_with_clashes_is_refused_and_the_page_says_which(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}"
    form = dict(re.findall(r'name="(edit|seen)" value="([^"]*)"', page(client, f"{base}/publicacion")))
    with unit_of_work():
        schedule = schedules.find_version(roomy.event, 1)
        assert schedule is not None
        place = schedules.list_placements(schedule)[0]
        name = place.meeting.b.company.name
        db.session.add(Absence(desk=place.desk_b, starts_at=place.slot.starts_at, ends_at=place.slot.ends_at))
    shown = page(client, f"{base}/publicacion")
    assert "No se puede publicar todavía." in words(shown)
    assert f"{name} no está disponible el martes 9," in words(shown)
    assert "Publicar y avisar" not in shown
    assert len(client.get(f"{base}/horario/1/tablero").get_json()["clashes"]) == 1
    answer = client.submit(f"{base}/horario/1/publicar", form, page=f"{base}/horario/corridas")
    assert answer.status_code == 409
    assert "El horario tiene 1 choque. Resuélvalo antes de publicar." in words(answer.get_data(as_text=True))
    db.session.expire_all()
    assert db.session.query(Schedule).one().status is ScheduleStatus.DRAFT


def test_publishing_from_an_old_page_is_refused(sqlite_app: Flask, roomy: Bench) -> None:
    client, base = client_of(sqlite_app, roomy), f"/o/{roomy.event.code}"
    for form in ({}, {"edit": "1", "seen": "nobody"}, {"edit": "99", "seen": "nothing"}, {"edit": "x", "seen": ""}):
        answer = client.submit(f"{base}/horario/1/publicar", form, page=f"{base}/publicacion")
        assert answer.status_code == 409
    assert db.session.query(Schedule).one().status is ScheduleStatus.DRAFT


def test_pages_take_the_same_queries_for_few_and_many_meetings(sqlite_app: Flask) -> None:
    counts: dict[str, list[int]] = {}
    with sqlite_app.app_context():
        for suppliers in (1, 4):
            bench = Bench.make(buyers=1, suppliers=suppliers, slots=5)
            solved_draft(bench, NOW)
            client, base = client_of(sqlite_app, bench), f"/o/{bench.event.code}"
            paths = {
                "grid": f"{base}/horario",
                "list": f"{base}/horario?vista=lista",
                "publication": f"{base}/publicacion",
                "meeting": meeting_path(bench),
                "runs": f"{base}/horario/corridas",
            }
            for name, path in paths.items():
                statements: list[str] = []

                def count(_c: object, _u: object, statement: str, *_rest: object, kept: list[str] = statements) -> None:
                    kept.append(statement)

                sqlalchemy_event.listen(db.engine, "before_cursor_execute", count)
                page(client, path)
                sqlalchemy_event.remove(db.engine, "before_cursor_execute", count)
                counts.setdefault(name, []).append(len(statements))
    assert {name: few == many for name, (few, many) in counts.items()} == dict.fromkeys(counts, True)


def test_a_list_of_runs_takes_the_same_queries_for_one_and_three(sqlite_app: Flask, bench: Bench) -> None:
    client, path = client_of(sqlite_app, bench), f"/o/{bench.event.code}/horario/corridas"
    counts = []
    for more in (1, 2):
        for _ in range(more):
            bench.solve(NOW)
        statements: list[str] = []

        def count(_c: object, _u: object, statement: str, *_rest: object, kept: list[str] = statements) -> None:
            kept.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", count)
        page(client, path)
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", count)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_event_without_rounds_has_pages_too(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        bench = Bench.make(buyers=0, suppliers=0, tables=0)
        client, base = client_of(sqlite_app, bench), f"/o/{bench.event.code}"
        for path in ("/horario", "/horario/corridas", "/publicacion"):
            assert page(client, f"{base}{path}")

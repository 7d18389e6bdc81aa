"""The board's data, the changes that it asks for as JSON, and its line of news; hostile input included."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Participation, Role, Side
from eventsapp.models import Account, AuditEntry, Invitation, Schedule
from eventsapp.services import adjustments, schedules, tables
from eventsapp.web.organizer import board_routes, board_words
from eventsapp.web.organizer.board_routes import stream
from eventsapp.web.organizer.schedule import MODULES
from tests import make
from tests.conftest import NOW
from tests.publishing import meeting, publish
from tests.services.scheduling_bench import HOST, Bench, solved_draft
from tests.statements import counted


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def roomy(sqlite_app: Flask) -> Iterator[Bench]:
    """One buyer, three suppliers, four rounds, two tables, solved: there is room to move."""
    with sqlite_app.app_context():
        bench = Bench.make(buyers=1, suppliers=3, slots=4, tables=2)
        solved_draft(bench, NOW)
        yield bench


def base(bench: Bench, number: int = 1) -> str:
    return f"/o/{bench.event.code}/horario/{number}"


def draft_of(bench: Bench) -> Schedule:
    db.session.expire_all()
    found = schedules.find_current(bench.event)
    assert found is not None
    return found


def data_of(client: FlaskClient, bench: Bench, number: int = 1) -> dict[str, Any]:
    answer = client.get(f"{base(bench, number)}/tablero")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def ask(client: FlaskClient, bench: Bench, values: object, number: int = 1) -> TestResponse:
    """Post JSON as the page does: with the token of the page in a header."""
    shown = client.get(f"/o/{bench.event.code}/horario").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert token is not None
    return client.post(
        f"{base(bench, number)}/cambios", data=json.dumps(values), content_type="application/json",
        headers={"X-CSRFToken": token[1]},
    )  # fmt: skip


def pair_numbers(data: dict[str, Any], index: int = 0) -> list[int]:
    numbers = data["companies"]["number"]
    return [numbers[data["pairs"]["a"][index]], numbers[data["pairs"]["b"][index]]]


def free_minute(data: dict[str, Any]) -> int:
    taken = set(data["pairs"]["slot"])
    return next(slot[0] for number, slot in enumerate(data["slots"]) if number not in taken)


def test_the_data_say_where_every_meeting_is(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    draft = draft_of(roomy)
    by_id = {registration.id: registration for registration in roomy.event.registrations}
    expected = {
        (
            by_id[place.meeting.a_id].number,
            by_id[place.meeting.b_id].number,
            int(place.slot.starts_at.timestamp()) // 60,
            place.table.label if place.table else "",
        )
        for place in schedules.list_placements(draft)
    }
    shown = {
        (*pair_numbers(data, index), data["slots"][slot][0], data["tables"][data["pairs"]["table"][index]][0])
        for index, slot in enumerate(data["pairs"]["slot"])
    }
    assert shown == expected
    assert (data["number"], data["edit"], data["can"], data["draft"]) == (1, draft.edit, True, True)
    assert data["companies"]["name"] == [by_id[key].company.name for key in schedules.judge(draft).frame.companies]


def test_the_data_take_the_same_statements_whatever_their_number(sqlite_app: Flask) -> None:
    counts = []
    for suppliers in (2, 6):
        with sqlite_app.app_context():
            bench = Bench.make(buyers=2, suppliers=suppliers)
            solved_draft(bench, NOW)
            client = make.client(sqlite_app, bench.account)
            db.session.expire_all()
            with counted(sqlite_app) as statements:
                data_of(client, bench)
            counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_data_travel_packed_to_whom_takes_it(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    packed = client.get(f"{base(roomy)}/tablero", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == data_of(client, roomy)


def test_a_move_answers_what_changed_and_how_to_undo_it(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    pair, minute = pair_numbers(data), free_minute(data)
    answer = ask(
        client, roomy, {"act": "move", "edit": data["edit"], "meetings": [pair], "slot": minute, "table": "2"}
    ).get_json()
    [step] = answer["steps"]
    assert step["changes"] == [[*pair, [minute, "2", [1, 1], False]]]
    assert (step["mine"], answer["edit"]) == (True, draft_of(roomy).edit)
    assert answer["undo"].startswith("Deshacer: mover ")
    undone = ask(client, roomy, {"act": "undo", "edit": answer["edit"]}).get_json()
    assert undone["redo"].startswith("Rehacer: mover ")
    assert data_of(client, roomy)["pairs"] == data["pairs"]


def test_a_refusal_is_said_in_words(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    other = data["slots"][data["pairs"]["slot"][1]][0]
    answer = ask(client, roomy, {"act": "move", "edit": data["edit"], "meetings": [pair_numbers(data)], "slot": other})
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "place_desk_busy"
    assert roomy.buyers[0].company.name in answer.get_json()["error"]
    assert draft_of(roomy).edit == data["edit"]


def test_a_closed_table_is_told_and_refused_in_words(sqlite_app: Flask, roomy: Bench) -> None:
    with unit_of_work():
        tables.close(roomy.event, roomy.event.tables[1], actor=roomy.actor, now=NOW)
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    assert data["shut"] == {"1": [0, 1, 2, 3]}
    asked = {"act": "move", "edit": data["edit"], "meetings": [pair_numbers(data)], "slot": free_minute(data)}
    answer = ask(client, roomy, {**asked, "table": "2"})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "place_table_closed")
    assert "La mesa 2 está cerrada o en reserva" in answer.get_json()["error"]
    assert ask(client, roomy, {**asked, "table": "1"}).status_code == 200


def test_a_conflict_shows_what_somebody_else_did(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    with unit_of_work():
        rosa = make.actor(make.organizer(roomy.event.organization, name="Rosa Núñez"))
    draft = draft_of(roomy)
    numbers = {registration.number: registration.id for registration in roomy.event.registrations}
    place = schedules.find_pair(draft, *(numbers[number] for number in pair_numbers(data)))
    assert place is not None
    with unit_of_work():
        adjustments.pin(draft, place.meeting, edit=draft.edit, actor=rosa, now=NOW, host=HOST)
    pair = pair_numbers(data)
    answer = ask(client, roomy, {"act": "unschedule", "edit": data["edit"], "meetings": [pair]})
    assert answer.status_code == 409
    values = answer.get_json()
    assert "Rosa Núñez cambió este horario" in values["error"]
    [step] = values["steps"]
    assert (step["name"], step["initials"], step["mine"], step["changes"][0][2][3]) == ("Rosa Núñez", "RN", False, True)
    elsewhere = ask(client, roomy, {"act": "pin", "edit": data["edit"], "meetings": [pair_numbers(data, 1)]})
    assert elsewhere.status_code == 200


def test_what_is_published_is_changed_in_a_new_draft(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    with sqlite_app.test_request_context():
        roomy.publish(draft_of(roomy), NOW)
    data = data_of(client, roomy)
    assert (data["draft"], data["can"], data["told"]) == (False, True, True)
    answer = ask(client, roomy, {"act": "pin", "edit": data["edit"], "meetings": [pair_numbers(data)]})
    assert (answer.status_code, answer.get_json()["number"]) == (200, 2)
    assert data_of(client, roomy, 2)["published"] is not None


def test_hostile_requests_change_nothing(sqlite_app: Flask, roomy: Bench) -> None:
    client = make.client(sqlite_app, roomy.account)
    data = data_of(client, roomy)
    pair, minute = pair_numbers(data), free_minute(data)
    move = {"act": "move", "edit": data["edit"], "meetings": [pair], "slot": minute}
    hostile: list[tuple[object, set[int]]] = [
        ([], {400}), ("move", {400}), (None, {400}), ({}, {400}), ({"act": "drop"}, {400}),
        ({"act": ["move"]}, {400}),
        ({**move, "meetings": "all"}, {400}), ({**move, "meetings": []}, {400}), ({**move, "meetings": [[1]]}, {400}),
        ({**move, "meetings": [[pair[0], "x"]]}, {400}), ({**move, "meetings": [[pair[0], 10**30]]}, {400}),
        ({**move, "meetings": [[987654, pair[1]]]}, {404}), ({**move, "meetings": [[True, False]]}, {400, 404}),
        ({**move, "meetings": [pair] * 600}, {400}), ({**move, "slot": "now"}, {400}), ({**move, "slot": 7}, {404}),
        ({**move, "slot": -1}, {400}), ({**move, "slot": 10**30}, {400}), ({**move, "table": "999"}, {404}),
        ({**move, "table": {"a": 1}}, {400}), ({**move, "table": "\x00"}, {400}),
        ({**move, "edit": "x"}, {409}), ({**move, "edit": -5}, {409}), ({**move, "edit": 10**30}, {409}),
        ({"act": "swap", "edit": data["edit"], "meetings": [pair]}, {400}),
        ({"act": "redo", "edit": data["edit"]}, {422}),
    ]  # fmt: skip
    for values, expected in hostile:
        assert ask(client, roomy, values).status_code in expected, values
    assert client.post(f"{base(roomy)}/cambios", json=move).status_code == 400
    assert client.get(f"{base(roomy)}/novedades?desde=x").status_code == 200
    assert client.get(f"{base(roomy)}/novedades?desde={'9' * 40}").status_code == 200
    assert draft_of(roomy).edit == data["edit"]


def test_strangers_see_no_board_and_readers_change_nothing(sqlite_app: Flask, roomy: Bench) -> None:
    with unit_of_work():
        stranger = make.organizer(make.organization())
        floor = make.organizer(roomy.event.organization, Role.FLOOR)
    for path in ("tablero", "novedades", "eventos"):
        assert make.client(sqlite_app, stranger).get(f"{base(roomy)}/{path}").status_code == 404
    client = make.client(sqlite_app, floor)
    data = data_of(client, roomy)
    assert data["can"] is False
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(
        f"{base(roomy)}/cambios", json={"act": "pin", "edit": data["edit"], "meetings": [pair_numbers(data)]}
    )
    sqlite_app.config["WTF_CSRF_ENABLED"] = True
    assert answer.status_code == 404
    assert draft_of(roomy).edit == data["edit"]


def test_the_line_of_events_tells_steps_and_who_is_here(sqlite_app: Flask, roomy: Bench) -> None:
    draft = draft_of(roomy)
    since = draft.edit
    meeting = schedules.list_placements(draft)[0].meeting

    def pin() -> None:
        found = draft_of(roomy)
        with unit_of_work():
            adjustments.pin(found, meeting, edit=found.edit, actor=roomy.actor, now=NOW, host=HOST)

    acts = iter([pin, lambda: None, lambda: None, lambda: None])
    clock = iter(float(second) for second in range(0, 4000, 6))
    with sqlite_app.test_request_context():
        g.actor, g.time_zone = roomy.actor, roomy.event.time_zone
        found = list(stream(draft.id, since, seconds=60, pause=lambda _s: next(acts)(), ticks=clock.__next__))
    kinds = [re.search(r"event: (\w+)", text) for text in found]
    assert [match[1] for match in kinds if match][:3] == ["news", "news", "heartbeat"]
    told = json.loads(found[2].partition("data: ")[2])
    assert [(step["mine"], step["changes"][0][2][3]) for step in told["steps"]] == [(True, True)]
    assert found[2].startswith(f"id: {told['edit']}\n")


def test_too_many_listeners_are_told_to_look_instead(
    sqlite_app: Flask, roomy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_routes.stream, "__kwdefaults__", {**board_routes.stream.__kwdefaults__, "seconds": 0.0})
    client = make.client(sqlite_app, roomy.account)
    held = [board_routes.streams.acquire(blocking=False) for _ in range(board_routes.MOST_STREAMS)]
    assert client.get(f"{base(roomy)}/eventos").status_code == 204
    for _ in held:
        board_routes.streams.release()
    for _ in range(board_routes.MOST_STREAMS + 1):
        answer = client.get(f"{base(roomy)}/eventos")
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        answer.close()


def test_ticked_meetings_are_pinned_unpinned_and_taken_out_without_script(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = make.client(sqlite_app, roomy.account), f"/o/{roomy.event.code}/horario?vista=lista"
    ids = [str(place.meeting_id) for place in schedules.list_placements(draft_of(roomy))][:2]
    for act, action in (("fijar", "pinned"), ("soltar", "unpinned"), ("quitar", "unscheduled")):
        values = {"act": act, "meeting": ids, "edit": str(draft_of(roomy).edit)}
        assert client.submit(f"{base(roomy)}/varias", values, page=path).status_code == 303
        db.session.expire_all()
        assert db.session.query(AuditEntry).filter_by(action=f"schedule.{action}").count() == 1
    for verb, left in (("deshacer", 3), ("rehacer", 1)):
        values = {"edit": str(draft_of(roomy).edit)}
        assert client.submit(f"{base(roomy)}/{verb}", values, page=path).status_code == 303
        assert len(schedules.list_placements(draft_of(roomy))) == left
    for bad in ({"act": "borrar", "meeting": ids}, {"act": "escribir"}, {}):
        assert client.submit(f"{base(roomy)}/varias", {**bad, "edit": "1"}, page=path).status_code == 400


def test_ticked_meetings_lead_to_a_message_to_their_companies(sqlite_app: Flask, roomy: Bench) -> None:
    client, path = make.client(sqlite_app, roomy.account), f"/o/{roomy.event.code}/horario?vista=lista"
    place = schedules.list_placements(draft_of(roomy))[0]
    numbers = sorted({place.meeting.a.number, place.meeting.b.number})
    values = {"act": "escribir", "meeting": str(place.meeting_id), "edit": "1"}
    answer = client.submit(f"{base(roomy)}/varias", values, page=path)
    assert answer.status_code == 302
    asked = f"/o/{roomy.event.code}/mensajes/envios/nuevo?empresas={numbers[0]},{numbers[1]}"
    assert answer.headers["Location"].replace("%2C", ",").endswith(asked)
    gone = {"act": "escribir", "meeting": "00000000-0000-0000-0000-000000000000", "edit": "1"}
    assert client.submit(f"{base(roomy)}/varias", gone, page=path).status_code == 404


def test_every_module_of_the_board_is_asked_for_at_once(sqlite_app: Flask) -> None:
    folder = sqlite_app.static_folder
    assert folder is not None
    assert sorted(MODULES) == sorted(f"js/board/{path.name}" for path in Path(folder, "js/board").glob("*.js"))


def test_every_word_that_the_scripts_say_is_there(sqlite_app: Flask, roomy: Bench) -> None:
    folder = sqlite_app.static_folder
    assert folder is not None
    with sqlite_app.test_request_context():
        known = board_words.words(roomy.event)
    files = [Path(folder, "js/board.js"), *Path(folder, "js/board").glob("*.js")]
    scripts = "".join(path.read_text() for path in files)
    said = set(re.findall(r'say\(\s*"(\w+)"', scripts)) | set(re.findall(r'do: "say", key: "(\w+)"', scripts))
    assert len(said) > 60
    said |= {f"{kind}_{of}" for kind in ("pin", "group") for of in ("table", "slot", "company")}
    said |= {f"act_{act}" for act in board_routes.ACTS} | {f"state_{name}" for name in ("set", "new", "pin", "bad")}
    assert said - set(known) == set()


def test_who_declined_is_named_on_the_board_and_in_the_list(sqlite_app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context(), unit_of_work():
            event = make.event(code="respuestas")
            buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
            publish(event, [(meeting(buyer, supplier), 0, 0)], now=NOW)
            invited = db.session.query(Invitation).filter_by(delegate_id=supplier.delegates[0].id).one()
            invited.answer, invited.answered_at, invited.answer_comment = Participation.DECLINED, NOW, "Me enfermé"
            name, key = supplier.delegates[0].name, make.organizer(event.organization).id
        with sqlite_app.app_context():
            client = make.client(sqlite_app, db.session.get_one(Account, key))
        for query in ("", "?vista=lista"):
            page = client.get(f"/o/respuestas/horario{query}").text
            assert "1 persona avisó que no irá a una reunión" in page
            assert name in page
            assert "Me enfermé" in page
            assert "Nadie más de su equipo asistiría." in page
            assert "/o/respuestas/horario/reparar?empresa=" in page

"""The solver side of the organizer's desk: options, comparison, scenarios, reasons, repair, pictures, certificate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.cli import main
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import JobState, Role, RunKind, RunStatus
from eventsapp.models import Absence, Run, Schedule, Slot, Table
from eventsapp.scheduling import archive
from eventsapp.scheduling.solve import solve
from eventsapp.services import runs, scenarios, schedules
from eventsapp.services.run_options import LEVELS
from eventsapp.web.organizer import pictures
from tests import make
from tests.conftest import NOW
from tests.services.scheduling_bench import Bench, solved_draft
from tests.statements import counted

ENDS = datetime.fromisoformat("2027-03-09T18:00:00-06:00")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make(ends_at=ENDS)


@pytest.fixture
def client(sqlite_app: Flask, bench: Bench) -> FlaskClient:
    return make.client(sqlite_app, bench.account)


def base(bench: Bench) -> str:
    return f"/o/{bench.event.code}/horario"


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def newest() -> Run:
    db.session.expire_all()
    return db.session.scalars(select(Run).order_by(Run.number.desc())).all()[0]


# Options --------------------------------------------------------------------------------------------------------------

USUAL = {
    "seconds": "60", "seed": "1", "begin": "empty", "with_pins": "y",
    **{f"place_{name}": str(n) for n, name in enumerate(LEVELS, 1)},
    **{f"tolerance_{name}": "0.0" for name in LEVELS},
}  # fmt: skip


def test_a_run_with_another_order_and_a_tolerance(bench: Bench, client: FlaskClient) -> None:
    path = f"{base(bench)}/corridas/nueva"
    chosen = {**USUAL, "place_fairness": "1", "place_shortfall": "4", "place_moves": "0", "tolerance_value": "0.05"}
    answer = client.submit(path, chosen)
    assert answer.status_code == 303
    run = newest()
    levels = [("fairness", 0.0), ("musts", 0.0), ("value", 0.05), ("shortfall", 0.0), ("idle", 0.0)]
    assert run.problem is not None
    assert [(item["level"], item["tolerance"]) for item in run.problem["objective"]] == levels
    bench.work(run, NOW)
    shown = words(page(client, answer.location))
    assert "En este orden: Reparto parejo entre empresas › Solicitudes indispensables" in shown
    assert "Las reuniones de más valor: se puede ceder hasta 5%" in shown
    assert "¿Qué son los puntos?" in shown


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"place_musts": "1"}, "Otra meta ya tiene este lugar"),
        ({f"place_{name}": "0" for name in LEVELS},
         "Elija al menos una meta"),
        ({"place_value": "9"}, "Elija un lugar de la lista"),
        ({"tolerance_value": "0.5"}, "Elija de la lista"),
        ({"seconds": "7"}, "Elija un tiempo de la lista"),
        ({"begin": "keep"}, "Elija de la lista"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_said_beside_the_field(
    bench: Bench, client: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    answer = client.submit(f"{base(bench)}/corridas/nueva", {**USUAL, **changes})
    assert answer.status_code == 422
    assert sentence in words(answer.get_data(as_text=True))
    assert db.session.scalars(select(Run)).all() == []


def test_pins_bind_only_when_asked(bench: Bench, client: FlaskClient) -> None:
    draft = solved_draft(bench, NOW)
    with unit_of_work():
        for place in schedules.list_placements(draft):
            place.is_pinned = True
    client.submit(f"{base(bench)}/corridas/nueva", USUAL)
    bound = newest()
    assert bound.progress["pinned"] == 6
    with unit_of_work():
        runs.stop(bound, "cancel", actor=bench.actor, now=NOW)
    client.submit(
        f"{base(bench)}/corridas/nueva", {name: value for name, value in USUAL.items() if name != "with_pins"}
    )
    assert newest().progress["pinned"] == 0


# A lost worker --------------------------------------------------------------------------------------------------------


def lost_run(bench: Bench) -> Run:
    """A run whose worker stored a first answer and went silent."""
    run = bench.start(NOW)
    with unit_of_work():
        problem = runs.begin(run, attempt=1, now=NOW)
    answer = solve(problem, seconds=5, seed=1, workers=1)
    with unit_of_work():
        assert runs.keep_best(run, problem, answer, attempt=1)
        assert run.job is not None
        run.job.beat_at = NOW - timedelta(minutes=2)
    return run


def test_the_best_found_is_offered_when_the_worker_is_lost(bench: Bench, client: FlaskClient) -> None:
    run = lost_run(bench)
    path = f"{base(bench)}/corridas/{run.id}"
    assert "Ofrecer lo mejor encontrado" in words(page(client, f"{base(bench)}/corridas"))
    shown = page(client, path)
    assert "La computadora que arma el horario se apagó." in shown
    assert "Vista previa" in shown
    assert "Empresas con alguna reunión" in shown
    assert client.submit(f"{path}/ofrecer", page=path).status_code == 303
    db.session.expire_all()
    assert (run.status, run.job and run.job.state) == (RunStatus.FEASIBLE, JobState.DONE)
    assert len(schedules.list_placements(db.session.scalars(select(Schedule)).one())) == 6
    assert "Listo: hay un horario" in page(client, path)
    assert client.submit(f"{path}/ofrecer", page=path).status_code in {303, 409}
    assert len(db.session.scalars(select(Schedule)).all()) == 1


def test_a_failed_run_offers_what_it_had(bench: Bench, client: FlaskClient) -> None:
    run = lost_run(bench)
    with unit_of_work():
        runs.fail(run, "engine_memory", NOW)
    path = f"{base(bench)}/corridas/{run.id}"
    assert "Antes de detenerse se guardó lo mejor encontrado: 6 reuniones." in page(client, path)
    assert client.submit(f"{path}/ofrecer", page=path).status_code == 303
    db.session.expire_all()
    assert run.status is RunStatus.FEASIBLE


def test_a_run_that_goes_well_offers_nothing(bench: Bench, client: FlaskClient) -> None:
    run = lost_run(bench)
    with unit_of_work():
        assert run.job is not None
        run.job.beat_at = NOW
    path = f"{base(bench)}/corridas/{run.id}"
    assert "Ofrecer lo mejor encontrado" not in page(client, path)
    client.submit(f"{path}/ofrecer", page=path)
    db.session.expire_all()
    assert run.status is RunStatus.RUNNING


# Comparison -----------------------------------------------------------------------------------------------------------


def test_two_runs_side_by_side(bench: Bench, client: FlaskClient) -> None:
    path = f"{base(bench)}/corridas/comparar"
    assert "Hacen falta dos corridas con horario" in page(client, path)
    bench.solve(NOW)
    with unit_of_work():
        db.session.add(Table(event=bench.event, label="9", room="", position=9))
        gone = bench.suppliers[0].desks[0]
        db.session.add(Absence(desk=gone, starts_at=bench.event.starts_at, ends_at=bench.event.ends_at))
    bench.solve(NOW)
    shown = words(page(client, path))
    assert "La segunda da el mismo número de reuniones." in shown
    assert "Reuniones con lugar 6 6 =" in shown
    assert "Quién pierde con la segunda" in shown
    assert bench.suppliers[0].company.name in shown
    assert "Elija dos corridas distintas" in page(client, f"{path}?a=1&b=1")
    for odd in ("?a=9&b=1", "?a=x&b=%00", "?a=99999999999&b=-1", "?a=1"):
        assert client.get(path + odd).status_code == 200
    assert 'value="2" selected' in page(client, f"{base(bench)}/corridas")


# Scenarios ------------------------------------------------------------------------------------------------------------


def test_two_runs_over_other_requests_say_so(bench: Bench, client: FlaskClient) -> None:
    bench.solve(NOW)
    told = "cambiaron las empresas o las solicitudes"
    bench.solve(NOW, seed=2)
    assert told not in page(client, f"{base(bench)}/corridas/comparar?a=1&b=2")
    with unit_of_work():
        make.request(make.registration(bench.event), bench.buyers[0])
    bench.solve(NOW)
    assert told in page(client, f"{base(bench)}/corridas/comparar?a=1&b=3")


def test_a_scenario_from_the_form_to_the_applied_change(bench: Bench, client: FlaskClient) -> None:
    path = f"{base(bench)}/escenarios"
    assert "Todavía no hay escenarios" in page(client, path)
    bench.solve(NOW)
    block = bench.event.blocks[0]
    answer = client.submit(path, {"kind": "half_hour", "block": str(block.id), "seconds": "30", "seed": "1"})
    assert answer.status_code == 303
    run = newest()
    bench.work(run, NOW)
    shown = words(page(client, answer.location))
    assert "Media hora más el martes 9, después de las 10:15" in shown
    assert "2 reuniones más Comparado con la corrida 1." in shown
    assert "Es una prueba" in shown
    assert "8 de 8 +2" in words(page(client, path))
    applied = client.submit(f"{answer.location}/aplicar", page=answer.location)
    assert applied.status_code == 303
    final = newest()
    assert (final.kind, final.number) == (RunKind.SEARCH, 3)
    bench.work(final, NOW)
    assert final.progress["placed"] == 8
    assert len(db.session.scalars(select(Slot)).all()) == 4


def test_prices_of_the_engine_are_tried_with_a_button(bench: Bench, client: FlaskClient) -> None:
    bench.solve(NOW)
    run = newest()
    with unit_of_work():
        assert run.outcome is not None
        run.outcome = {
            **run.outcome,
            "prices": [
                {"what": "table", "gain": {"value": 12}, "bound": {"value": 12}},
                {"what": "half_hour", "block": str(bench.event.blocks[0].id), "slots": 1, "gain": {"musts": 1}},
                {"what": "desk_slot", "company": str(bench.buyers[0].id), "desk": str(bench.buyers[0].desks[0].id),
                 "slot": 1, "gain": {"shortfall": 2}},
                {"what": "meeting", "company": str(bench.buyers[0].id), "gain": {"value": 1}},
                {"what": "something else", "gain": {}},
                {"what": "meeting", "company": "nobody", "gain": {}},
            ],
        }  # fmt: skip
    path = f"{base(bench)}/escenarios"
    shown = words(page(client, path))
    for text in ("1 mesa más 12 puntos más", "1 indispensable más", "2 reuniones más hacia los mínimos", "1 punto más"):
        assert text in shown
    assert client.submit(f"{path}/1/0", page=path).status_code == 303
    tried = newest()
    assert tried.options["change"] == {"kind": "table", "amount": 1}
    bench.work(tried, NOW)
    assert f"1 mesa más 12 puntos más En la corrida {tried.number}: el mismo número de reuniones. Comparar" in words(
        page(client, path)
    )
    for odd in (f"{path}/1/4", f"{path}/1/5", f"{path}/1/99", f"{path}/99/0"):
        assert client.submit(odd, page=path).status_code == 404


def test_lists_cost_the_same_queries_for_one_row_and_for_three(
    sqlite_app: Flask, bench: Bench, client: FlaskClient
) -> None:
    bench.solve(NOW)
    counts: dict[str, list[int]] = {"corridas": [], "escenarios": []}
    for rows in (1, 2):
        for _n in range(rows):
            with unit_of_work():
                run = scenarios.start(
                    bench.event, scenarios.Change("table"), seconds=10, seed=1, actor=bench.actor, now=NOW
                )
            bench.work(run, NOW)
        for name, found in counts.items():
            page(client, f"{base(bench)}/{name}")
            with counted(sqlite_app) as statements:
                page(client, f"{base(bench)}/{name}")
            found.append(len(statements))
    assert all(one == three for one, three in counts.values()), counts


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "nothing"}, "Elija de la lista"),
        ({"kind": "table", "amount": "999"}, "Escriba un número de 1 a 20"),
        ({"kind": "table", "amount": "x"}, "Escriba un número entero"),
        ({"kind": "half_hour", "block": "x"}, "Elija de la lista"),
        ({"kind": "desk_slot"}, "Ese cambio ya no es posible"),
        ({"kind": "meeting"}, "Ese cambio ya no es posible"),
    ],
)
def test_changes_that_do_not_fit_are_said_beside_the_field(
    bench: Bench, client: FlaskClient, values: dict[str, str], sentence: str
) -> None:
    answer = client.submit(f"{base(bench)}/escenarios", {"seconds": "30", "seed": "1", **values})
    assert answer.status_code == 422
    assert sentence in words(answer.get_data(as_text=True))
    assert db.session.scalars(select(Run)).all() == []


# Reasons --------------------------------------------------------------------------------------------------------------


def test_reasons_and_a_fix_with_its_button(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        bench = Bench.make(buyers=1, suppliers=2)
        client = make.client(sqlite_app, bench.account)
        away = bench.suppliers[1]
        with unit_of_work():
            db.session.add(Absence(desk=away.desks[0], starts_at=bench.event.starts_at, ends_at=bench.event.ends_at))
        solved_draft(bench, NOW)
        path = f"{base(bench)}/1/sin-lugar"
        shown = words(page(client, path))
        assert "1 solicitud no tiene lugar. Para 1 hay un cambio pequeño que la admite." in shown
        assert "No comparten ninguna ronda libre." in shown
        assert f"Cabría si {away.company.name} estuviera disponible" in shown
        assert "Aplicar y dar lugar" in shown
        assert "Buscar lugar" in words(page(client, f"{path}?motivo=no_common_slot&arreglo=si&page=99"))
        target = f"{path}/{bench.buyers[0].id}/{away.id}/aplicar"
        stale = client.submit(target, {"edit": "7"}, page=path)
        assert stale.status_code in {303, 409}
        edit = schedules.find_version(bench.event, 1)
        assert edit is not None
        answer = client.submit(target, {"edit": str(edit.edit)}, page=path)
        assert answer.status_code == 303
        assert "Todas las solicitudes tienen lugar" in page(client, answer.location)


def test_what_won_the_lottery_is_exchanged_with_a_button_and_its_undo(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        bench = Bench.make(buyers=1, suppliers=2, buyer_max_meetings=1)
        client = make.client(sqlite_app, bench.account)
        solved_draft(bench, NOW)
        path = f"{base(bench)}/1/sin-lugar"
        assert "Quitar lo que ocupa su lugar" in words(page(client, path))
        action = re.search(rf'action="({path}/[^"]+/cambiar)"', page(client, path))
        assert action is not None
        draft = schedules.find_version(bench.event, 1)
        assert draft is not None
        assert client.submit(action[1], {"edit": str(draft.edit + 5)}, page=path).status_code in {303, 409}
        assert client.submit(action[1], {"edit": str(draft.edit)}, page=path).status_code == 303
        shown = page(client, path)
        assert "Se deshace en dos pasos" in shown
        assert "Deshacer" in shown
        assert "Se quitó a mano del horario." in words(shown)
        assert client.submit(action[1], {"edit": str(draft.edit)}, page=path).status_code in {303, 404, 409}


# Repair ---------------------------------------------------------------------------------------------------------------


def test_a_repair_from_the_news_to_the_draft(bench: Bench, client: FlaskClient) -> None:
    path = f"{base(bench)}/reparar"
    assert "Todavía no hay nada publicado" in page(client, path)
    assert client.submit(path, {"seconds": "30", "seed": "1"}).status_code == 422
    bench.publish(solved_draft(bench, NOW), NOW)
    gone = bench.suppliers[0]
    name = gone.company.name
    assert f'name="company-0" value="{name}"' in page(client, f"{path}?empresa={gone.id}")
    assert 'name="company-7"' in client.submit(path, {"more": "1", "lines": "4"}).get_data(as_text=True)
    nothing = client.submit(path, {"seconds": "30", "seed": "1"})
    assert (nothing.status_code, "Diga qué pasó" in nothing.get_data(as_text=True)) == (422, True)
    for odd, sentence in (
        ({"company-0": name, "what-0": "tarde", "slot-0": "x"}, "Elija la ronda"),
        ({"company-0": "Nadie, S.A."}, "no tiene reuniones publicadas"),
        ({"company-0": name, "what-0": "<script>"}, "Elija la ronda"),
        ({"tables": "x"}, "Elija de la lista"),
    ):
        refused = client.submit(path, {"seconds": "30", "seed": "1", **odd})
        assert (refused.status_code, sentence in words(refused.get_data(as_text=True))) == (422, True)
    answer = client.submit(path, {"seconds": "30", "seed": "1", "company-0": name.upper(), "what-0": "no"})
    assert answer.status_code == 303
    run = newest()
    bench.work(run, NOW)
    proposal = words(page(client, answer.location))
    assert f"{gone.company.name} no viene" in proposal
    assert "Por empresa" in proposal
    assert "Aceptar todo…" in proposal
    accepted = client.submit(f"{answer.location}/aceptar", page=answer.location)
    assert (accepted.status_code, accepted.location) == (303, f"/o/{bench.event.code}/publicacion")
    draft = schedules.find_current(bench.event)
    assert draft is not None
    assert (draft.number, draft.parent and draft.parent.number) == (2, 1)
    assert "Ya es un borrador." in page(client, answer.location)
    assert "Publicar y avisar" in page(client, accepted.location)


def test_a_repair_can_be_edited_first(bench: Bench, client: FlaskClient) -> None:
    bench.publish(solved_draft(bench, NOW), NOW)
    late, second = bench.buyers[0], bench.event.slots[1]
    values = {
        "seconds": "30", "seed": "1", "lines": "2",
        "company-1": late.company.name, "what-1": "tarde", "slot-1": str(second.id),
    }  # fmt: skip
    answer = client.submit(f"{base(bench)}/reparar", values)
    bench.work(newest(), NOW)
    accepted = client.submit(f"{answer.location}/aceptar", {"then": "edit"}, page=answer.location)
    assert accepted.location == f"{base(bench)}?version=2"
    assert client.get(accepted.location).status_code == 200


# Pictures and certificate ---------------------------------------------------------------------------------------------


def test_every_picture_with_its_table_and_as_a_file(bench: Bench, client: FlaskClient) -> None:
    solved_draft(bench, NOW)
    path = f"{base(bench)}/1/graficas"
    shown = page(client, path)
    assert shown.count("<figure") == shown.count("Ver como tabla") >= len(pictures.NAMES) - 1
    assert "6 de 8 pares que quieren reunirse tienen lugar" in shown
    for name in pictures.NAMES:
        svg = client.get(f"{path}/{name}.svg")
        assert (svg.status_code, svg.mimetype) == (200, "image/svg+xml")
        root = ElementTree.fromstring(svg.get_data(as_text=True))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
    png = client.get(f"{path}/rondas.png")
    assert (png.status_code, png.mimetype, png.data[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    for odd in ("nada.svg", "..%2f..%2fconfig.svg", "rondas.gif"):
        assert client.get(f"{path}/{odd}").status_code == 404


def test_pictures_name_companies_days_and_what_was_reached(bench: Bench, client: FlaskClient) -> None:
    solved_draft(bench, NOW)
    with unit_of_work():
        bench.buyers[0].company.name = '<svg onload="x()"> & Hijos, industria de tratamientos'
        bench.suppliers[0].company.name = "株式会社光精密製作所"
    path = f"{base(bench)}/1/graficas"
    shown = page(client, path)
    names = re.findall(r'<text class="name"[^>]*>([^<]*)</text>', shown)
    assert len(names) == len(bench.buyers) + len(bench.suppliers)
    assert {unescape(name) for name in names} >= {'<svg onload="x()"> & …', "株式会社光精密製作所"}
    assert "<h2>Las reuniones valen lo máximo posible</h2>" in shown
    rounds = ElementTree.fromstring(client.get(f"{path}/rondas.svg").get_data(as_text=True))
    days = [text.text for text in rounds.iter("{http://www.w3.org/2000/svg}text") if text.get("class") == "said"]
    assert days[0] == "martes 9"
    for name in ("afinidad", "rondas"):
        assert client.get(f"{path}/{name}.png").data.startswith(b"\x89PNG")


def test_pictures_of_an_empty_version_say_what_to_do(bench: Bench, client: FlaskClient) -> None:
    with unit_of_work():
        db.session.add(Schedule(event=bench.event, number=1, created_at=NOW))
    assert "Esta versión no tiene reuniones" in page(client, f"{base(bench)}/1/graficas")


def test_pictures_cost_the_same_queries_whatever_the_size(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        counts = []
        for suppliers in (2, 5):
            bench = Bench.make(suppliers=suppliers)
            solved_draft(bench, NOW)
            client = make.client(sqlite_app, bench.account)
            path = f"{base(bench)}/1/graficas"
            page(client, path)
            db.session.expunge_all()  # what the test itself has read must not help
            with counted(sqlite_app) as statements:
                page(client, path)
            counts.append(len(statements))
        assert counts[0] == counts[1]


def test_the_certificate_is_shown_and_proven_by_the_command(
    bench: Bench, client: FlaskClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = solved_draft(bench, NOW)
    path = f"{base(bench)}/1/certificado"
    assert client.get(path).status_code == 404
    bench.publish(draft, NOW)
    shown = words(page(client, path))
    assert "Comprobado." in shown
    assert "Reuniones 6 de 8" in shown
    assert f"eventsapp verify {bench.event.code}-version-1-certificado.json" in shown
    answer = client.get(f"{path}.json")
    assert answer.mimetype == "application/json"
    target = tmp_path / "certificate.json"
    target.write_bytes(answer.data)
    assert main.main(["verify", str(target)]) == 0
    changed = json.loads(answer.data)
    changed["schedule"]["meetings"].pop()
    target.write_text(json.dumps(changed))
    assert main.main(["verify", str(target)]) == 1
    capsys.readouterr()


def test_every_run_of_the_product_is_a_test_case(
    bench: Bench, client: FlaskClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.solve(NOW)
    run = newest()
    path = f"{base(bench)}/corridas/{run.id}"
    assert "problema.json" in page(client, path)
    problem, result, again = (tmp_path / name for name in ("problem.json", "result.json", "again.json"))
    problem.write_bytes(client.get(f"{path}/problema.json").data)
    result.write_bytes(client.get(f"{path}/resultado.json").data)
    assert main.main(["verify", str(problem), str(result)]) == 0
    assert main.main(["solve", str(problem), "--out", str(again), "--seconds", "10", "--workers", "1", "--quiet"]) == 0
    assert main.main(["verify", str(problem), str(again)]) == 0
    first, second = (archive.load_outcome(name) for name in (result, again))
    assert [(level.level, level.value, level.bound) for level in first.levels] == [
        (level.level, level.value, level.bound) for level in second.levels
    ]
    capsys.readouterr()


# Who may --------------------------------------------------------------------------------------------------------------


def test_reviewers_look_and_do_not_act(sqlite_app: Flask, bench: Bench) -> None:
    run, _outcome = bench.solve(NOW)
    with unit_of_work():
        person = make.organizer(bench.event.organization, Role.REVIEWER)
        stranger = make.organizer(make.organization())
    client = make.client(sqlite_app, person)
    for path in ("corridas/comparar", "escenarios", "1/sin-lugar", "1/graficas", f"corridas/{run.id}"):
        assert client.get(f"{base(bench)}/{path}").status_code == 200
        assert make.client(sqlite_app, stranger).get(f"{base(bench)}/{path}").status_code == 404
    for path in ("corridas/nueva", "reparar", f"corridas/{run.id}/problema.json"):
        assert client.get(f"{base(bench)}/{path}").status_code in {403, 404}


def test_near_the_event_the_pages_offer_repair_instead_of_a_run(
    sqlite_app: Flask, bench: Bench, client: FlaskClient
) -> None:
    bench.publish(solved_draft(bench, NOW), NOW)
    assert "Armar el horario</" in page(client, f"{base(bench)}/corridas")
    with time_machine.travel(bench.event.starts_at - timedelta(hours=47), tick=False):
        client = make.client(sqlite_app, bench.account)
        for path in ("corridas", "corridas/nueva"):
            html = page(client, f"{base(bench)}/{path}")
            assert "Lo publicado está congelado" in html
            assert f'href="{base(bench)}/reparar"' in html
            assert 'name="seconds"' not in html
        assert client.get(f"/o/{bench.event.code}/publicacion").status_code == 200

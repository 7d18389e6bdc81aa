"""What a meeting is worth, on the pages: chosen in words, shown by examples, told by runs, comparisons and the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db
from eventsapp.domain.values import Preference
from eventsapp.domain.worth import PARTS, RECOMMENDED, STEPS, Step, Weights, meeting_value
from eventsapp.models import Event
from eventsapp.services import run_options, runs
from eventsapp.web.organizer import weight_words
from tests import make
from tests.conftest import NOW
from tests.hostile import TEXTS
from tests.services.scheduling_bench import Bench, solved_draft

MUCH = {f"weight_{part}": str(steps[Step.MUCH]) for part, steps in STEPS.items()}
USUAL = {f"weight_{part}": str(steps[Step.USUAL]) for part, steps in STEPS.items()}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make()


@pytest.fixture
def client(sqlite_app: Flask, bench: Bench) -> FlaskClient:
    return make.client(sqlite_app, bench.account)


def rules(bench: Bench) -> str:
    return f"/o/{bench.event.code}/ajustes/reglas"


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def chosen(html: str) -> dict[str, str]:
    """The step that each part has on the page."""
    fields = re.findall(r'<select [^>]*name="(weight_\w+)".*?</select>', html, re.S)
    found = re.findall(r'name="(weight_\w+)"[^>]*>.*?<option selected value="(\d+)"', html, re.S)
    assert fields == [f"weight_{part}" for part in PARTS]
    return dict(found)


def stored(bench: Bench) -> Weights:
    db.session.expire_all()
    return run_options.of_event(db.session.get_one(Event, bench.event.id)).weights


def test_the_weights_are_chosen_in_words_and_restored(bench: Bench, client: FlaskClient) -> None:
    first = client.get(rules(bench)).text
    assert chosen(first) == USUAL
    assert "Restaurar lo recomendado" not in first
    assert "siempre gana a una que pidió uno solo" in words(first)
    assert client.submit(rules(bench), MUCH).status_code == 303
    assert stored(bench) == Weights(*[steps[Step.MUCH] for steps in STEPS.values()])
    page = client.get(rules(bench)).text
    assert chosen(page) == MUCH
    shown = words(page)
    assert "La pidieron los dos, con afinidad media 1,320 puntos" in shown
    assert "La pidió solo quien busca y todo la favorece 1,264 puntos" in shown
    assert "una que pidió uno solo puede ganar" in shown
    assert f'formaction="{rules(bench)}/recomendado"' in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    restored = client.submit(f"{rules(bench)}/recomendado", {**MUCH, "version": version[1]}, page=rules(bench))
    assert (restored.status_code, restored.location) == (303, rules(bench))
    assert stored(bench) == RECOMMENDED
    assert "otra vez los recomendados" in client.get(rules(bench)).text


def test_the_examples_are_worth_what_the_engine_is_told(sqlite_app: Flask) -> None:
    must, want = Preference.MUST, Preference.WANT
    best = {"level": 5, "priority": 4, "buyer_rank": 1, "supplier_rank": 1}
    with sqlite_app.test_request_context():
        for weights in (RECOMMENDED, Weights(1200, 600, 450, 240, 120, 60, 40, 24, 16)):
            rows = {row["name"]: row["value"] for row in weight_words.examples(weights)["rows"]}
            assert list(rows.values()) == sorted(rows.values(), reverse=True)
            assert rows == {
                "both_best": meeting_value(must, must, weights=weights, **best),
                "both_usual": meeting_value(want, want, level=3, priority=0, weights=weights),
                "both_bare": meeting_value(want, want, level=1, priority=0, weights=weights),
                "buyer_best": meeting_value(must, None, weights=weights, **best),
                "buyer_usual": meeting_value(want, None, level=3, priority=0, weights=weights),
                "supplier_best": meeting_value(None, must, weights=weights, **best),
                "supplier_usual": meeting_value(None, want, level=3, priority=0, weights=weights),
            }


@pytest.mark.parametrize("typed", TEXTS)
def test_what_is_no_step_is_refused_beside_its_field(bench: Bench, client: FlaskClient, typed: str) -> None:
    answer = client.submit(rules(bench), {**USUAL, "weight_both_asked": typed})
    assert answer.status_code == 422
    assert "Elija de la lista" in answer.text
    assert stored(bench) == RECOMMENDED


def test_both_asking_cannot_be_worth_less_than_one(bench: Bench, client: FlaskClient) -> None:
    answer = client.submit(rules(bench), {**USUAL, "weight_both_asked": "500", "weight_buyer_asked": "600"})
    assert answer.status_code == 422
    assert "Una reunión que pidieron los dos debe valer más que una que pidió uno solo" in answer.text
    assert chosen(answer.text)["weight_buyer_asked"] == "600"
    assert stored(bench) == RECOMMENDED


def test_two_people_who_change_the_weights(bench: Bench, client: FlaskClient) -> None:
    old = client.get(rules(bench)).text
    seen = re.search(r'name="version"[^>]*value="(\d+)"', old)
    assert seen is not None
    assert client.submit(rules(bench), MUCH).status_code == 303
    late = client.submit(rules(bench), {**USUAL, "weight_affinity": "8", "version": seen[1]})
    assert late.status_code == 409
    assert "Otra persona guardó cambios" in late.text
    assert chosen(late.text)["weight_affinity"] == "8"
    restore = f"{rules(bench)}/recomendado"
    for version in (seen[1], "", "x" * 5000, "-1"):
        assert client.submit(restore, {"version": version}, page=rules(bench)).location == rules(bench)
        assert stored(bench).affinity == 60


def test_runs_tell_their_weights_and_the_log_what_changed(bench: Bench, client: FlaskClient) -> None:
    solved_draft(bench, NOW)
    base = f"/o/{bench.event.code}/horario/corridas"
    first = runs.find_by_number(bench.event, 1)
    assert first is not None
    shown = words(client.get(f"{base}/{first.id}").text)
    assert "Con los pesos recomendados" in shown
    assert "cambiaron después" not in shown
    client.submit(rules(bench), {**USUAL, "weight_affinity": "60"})
    assert "Los pesos del evento cambiaron después" in words(client.get(f"{base}/{first.id}").text)
    assert "La versión 1 del horario se hizo con otros pesos" in words(client.get(rules(bench)).text)
    assert "Cada nivel de afinidad, del 2 al 5: 60 puntos" in words(client.get(f"{base}/nueva").text)
    second, _outcome = bench.solve(NOW)
    shown = words(client.get(f"{base}/{second.id}").text)
    assert "Con estos pesos: Cada nivel de afinidad, del 2 al 5: 60 puntos" in shown
    assert "cambiaron después" not in shown
    log = words(client.get(f"/o/{bench.event.code}/bitacora").text)
    assert "Cambió cuánto vale una reunión" in log
    assert "Cada nivel de afinidad, del 2 al 5: de 15 a 60 puntos" in log


def test_runs_with_other_weights_are_compared_in_the_same_points(bench: Bench, client: FlaskClient) -> None:
    bench.solve(NOW)
    compare = f"/o/{bench.event.code}/horario/corridas/comparar?a=1&b=2"
    client.submit(rules(bench), {**USUAL, "weight_affinity": "60"})
    bench.solve(NOW)
    shown = words(client.get(compare).text)
    assert "los puntos de ambas son con los pesos de la corrida 2" in shown
    assert "puntos 3,840 3,840 =" in shown


def test_the_log_tells_which_aims_came_first(bench: Bench, client: FlaskClient) -> None:
    client.submit(rules(bench), {"place_fairness": "1", "place_shortfall": "4", "tolerance_value": "0.05"})
    log = words(client.get(f"/o/{bench.event.code}/bitacora").text)
    assert "antes: Mínimo de reuniones por empresa › " in log
    assert "ahora: Reparto parejo entre empresas › " in log
    assert "Las reuniones de más valor (cede hasta 5%)" in log

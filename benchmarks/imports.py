"""Excel in, measured: an event of real size from one workbook, then one long list, then both once more.

Run: python benchmarks/imports.py [--rows 10000] [--only list]
Each import is read, checked and taken in by the worker, as from the web; `--rows 100000` is the longest list that is
taken. `peak_mb` is the most memory of this process, which does the work of the worker, `cpu_s` its time on a processor;
the files are made, and parsed, in others.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from eventsapp.app import create_app
from eventsapp.db import db, unit_of_work
from eventsapp.domain.sheets import ImportStatus, SheetNoun
from eventsapp.domain.taxonomy import terms
from eventsapp.models import Account, Event, SheetImport
from eventsapp.services import imports
from eventsapp.services.actors import actor_of
from eventsapp.services.imports import Matching
from eventsapp.settings import testing
from eventsapp.worker import runner

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests import databases, make
from tests.memory import most_memory
from tests.workbooks import xlsx

BUYERS, SUPPLIERS, REQUIREMENTS, REQUESTS = 66, 747, 700, 4_000
NOW = datetime(2027, 1, 20, 16, 0, tzinfo=UTC)


def real_event(rng: random.Random) -> dict[str, list[list[Any]]]:
    """The sheets of an event as large as the largest documented ones."""
    codes = list(terms())
    buyers = [f"Planta {n:03d} de México" for n in range(BUYERS)]
    suppliers = [f"Maquinados y Servicios {n:04d}" for n in range(SUPPLIERS)]

    def some(most: int) -> str:
        return "; ".join(rng.sample(codes, rng.randint(1, most)))

    companies: list[list[Any]] = [
        ["Empresa", "Participa como", "Estado", "Ciudad", "Procesos", "Trabajadores", "Página web", "Descripción"]
    ]
    for name in [*buyers, *suppliers]:
        side = "Comprador" if name.startswith("Planta") else "Proveedor"
        page, about = f"www.{name.split()[-1]}.example.com", "Hacemos piezas para la industria automotriz."
        companies.append([name, side, "Guanajuato", "Silao", some(6), rng.randint(3, 900), page, about])
    delegates = [["Empresa", "Nombre", "Correo", "Puesto", "Teléfono"]]
    for number, name in enumerate([*buyers, *suppliers]):
        delegates.append([name, f"Persona {number}", f"p{number}@example.com", "Ventas", f"477{1_000_000 + number}"])
    requirements: list[list[Any]] = [["Empresa", "Requerimiento", "Procesos", "Cantidad anual", "Unidad", "Material"]]
    for number in range(REQUIREMENTS):
        quantity = rng.randint(100, 900_000)
        requirements.append([rng.choice(buyers), f"Pieza {number}", some(3), quantity, "Piezas", "Acero 1018"])
    pairs = rng.sample([(a, b) for a in buyers for b in suppliers], REQUESTS)
    requests = [["Pide", "Con", "Importancia", "Mensaje"]]
    for buyer, supplier in pairs:
        asks, asked = (buyer, supplier) if rng.random() < 0.4 else (supplier, buyer)
        requests.append([asks, asked, rng.choice(["Indispensable", "Me interesa"]), "Nos interesa reunirnos."])
    return {"Empresas": companies, "Delegados": delegates, "Requerimientos": requirements, "Solicitudes": requests}


def long_list(rows: int) -> dict[str, list[list[Any]]]:
    """One list of companies."""
    head = ["Empresa", "Participa como", "Estado", "Ciudad", "Procesos", "Trabajadores"]
    found: list[list[Any]] = [head]
    codes = list(terms())
    for number in range(rows):
        found.append(
            [f"Taller {number}", "Proveedor", "Querétaro", "Corregidora", codes[number % len(codes)], number % 500]
        )
    return {"Empresas": found}


def measured(app: Flask, event: Event, person: Account, content: bytes) -> dict[str, Any]:
    """How long each step of one import takes, and what came of it."""
    actor, times, busy = actor_of(person), {}, time.process_time()
    began = time.perf_counter()
    with unit_of_work():
        found = imports.start(event, "lista.xlsx", content, actor=actor, now=NOW)
    runner.run_until_idle(app)
    times["read_s"] = time.perf_counter() - began
    found = fresh(found)
    began = time.perf_counter()
    with unit_of_work():
        chosen = [Matching(SheetNoun(sheet["noun"]), sheet["columns"]) for sheet in found.sheets]
        imports.match(found, chosen, actor=actor, now=NOW)
    runner.run_until_idle(app)
    times["check_s"] = time.perf_counter() - began
    found = fresh(found)
    began = time.perf_counter()
    with unit_of_work():
        imports.apply(found, is_all_or_nothing=True, actor=actor, now=NOW)
    runner.run_until_idle(app)
    times["apply_s"] = time.perf_counter() - began
    found = fresh(found)
    if found.status is not ImportStatus.DONE:
        raise SystemExit(f"the import ended as {found.status}: {found.error} {found.problems[:3]}")
    counts = {noun: {name: n for name, n in one.items() if n} for noun, one in found.counts.items()}
    seconds = sum(times.values())
    return {
        "rows": found.total_rows,
        "seconds": round(seconds, 2),
        "cpu_s": round(time.process_time() - busy, 2),
        **{k: round(v, 2) for k, v in times.items()},
        "counts": counts,
    }


def fresh(found: SheetImport) -> SheetImport:
    """The import as it is stored now."""
    id_ = found.id
    db.session.rollback()
    return db.session.get_one(SheetImport, id_, populate_existing=True)


def real_file() -> bytes:
    """The workbook of an event of real size."""
    return xlsx(real_event(random.Random(1)))


def long_file(rows: int) -> bytes:
    """The workbook of one long list."""
    return xlsx(long_list(rows))


def elsewhere(make_it: Callable[..., bytes], *arguments: int) -> bytes:
    """What a function makes in a process of its own, so that its memory is not counted here."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(make_it, *arguments).result()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--only", choices=("list",), help="leave the event of real size out, and import the list once")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        databases.copy_sqlite(databases.migrated_sqlite(path / "template"), path)
        app = create_app(testing(path))
        with app.app_context():
            event = make.event()
            other = make.event(event.organization)
            person = make.organizer(event.organization)
            db.session.commit()
            listed = elsewhere(long_file, arguments.rows)
            asked = [("list", other, listed)]
            if not arguments.only:
                real = elsewhere(real_file)
                asked = [("real", event, real), ("real again", event, real), *asked, ("list again", other, listed)]
            results = {}
            for name, where, content in asked:
                results[name] = measured(app, where, person, content)
                print(f"{name}: {json.dumps(results[name], ensure_ascii=False)}", flush=True)
            db.engine.dispose()
    keys = ("rows", "seconds", "cpu_s", "read_s", "check_s", "apply_s")
    print(
        json.dumps(
            {
                "rows": results["list"]["rows"],
                "seconds": results["list"]["seconds"],
                "cpu_s": results["list"]["cpu_s"],
                "peak_mb": round(most_memory() / 2**20, 1),
                **{name.replace(" ", "_"): {key: result[key] for key in keys} for name, result in results.items()},
            }
        )
    )


if __name__ == "__main__":
    main()

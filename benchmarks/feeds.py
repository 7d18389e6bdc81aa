"""Calendars polling: 20,000 fetches of feeds, 95 % with the tag of what they have, beside a bare view in the same run.

Run: python benchmarks/feeds.py [--fetches N] [--people N] [--meetings N]
Both servers are waitress processes on one SQLite file; the bare one is Flask with Flask-SQLAlchemy, one look-up by an
index, the comparison of the tag, and the kept bytes. Rounds take turns. CPU is that of the server process, by the
kernel's count. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import waitress
from flask import Flask, Response, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import insert, select, text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from eventsapp.app import create_app
from eventsapp.calendars import build, invite, record
from eventsapp.calendars.versions import WRITING
from eventsapp.db import Base, db, unit_of_work
from eventsapp.domain.values import InvitationMethod
from eventsapp.models import Delegate, Invitation, Meeting
from eventsapp.services import feeds
from eventsapp.settings import testing
from tests import make

ROUNDS = 4
CLIENTS = 8
CONDITIONAL = 0.95
SECRET = "x" * 32
AT = datetime(2027, 3, 9, 15, tzinfo=UTC)


def fill(folder: Path, people: int, meetings: int) -> list[str]:
    """A database with this many people, each with this many meetings; the addresses of their feeds."""
    app = create_app(testing(folder))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work():
            event = make.event()
            a, b = make.registration(event), make.registration(event)
            organizer = invite.Person(event.name, "agenda@encuentro.example")
            keys = []
            delegates = [make.delegate(a.company, account=None) for _ in range(people)]
            for delegate in delegates:
                feeds.open_for(delegate, SECRET)
            said, parts = [], []
            for number in range(meetings):
                start = AT + timedelta(minutes=25 * number)
                said.append(
                    invite.Invitation(
                        uid=f"m-{number:032x}@encuentro.example",
                        sequence=0,
                        dtstamp=AT,
                        created=AT,
                        last_modified=AT,
                        start=start,
                        end=start + timedelta(minutes=20),
                        zone="America/Mexico_City",
                        summary=f"Reunión con Nordwind Antriebe {number} · Mesa {number}",
                        description="Con Eva Koch (Compras), Nordwind Antriebe.\nBusca: piezas troqueladas, zincado",
                        location=f"Salón Corregidora, Mesa {number}, Centro de Congresos, Querétaro",
                        url=f"http://localhost/e/x/reunion/{number}",
                        organizer=organizer,
                        alarm_minutes=10,
                    )
                )
                parts.append(build.part(said[-1]))
                keys.append(uuid4())
            rows = [
                {"id": key, "event_id": event.id, "a_id": a.id, "b_id": b.id, "uid": one.uid, "created_at": AT}
                for key, one in zip(keys, said, strict=True)
            ]
            db.session.execute(insert(Meeting), rows)
            contents = [{"invitation": record.to_dict(one), "counterpart": "Nordwind", "change": "new"} for one in said]
            for delegate in delegates:
                db.session.execute(
                    insert(Invitation),
                    [
                        {
                            "id": uuid4(),
                            "meeting_id": key,
                            "delegate_id": delegate.id,
                            "method": InvitationMethod.REQUEST,
                            "uid": one.uid,
                            "starts_at": one.start,
                            "sequence": 0,
                            "stamped_at": AT,
                            "content_hash": "0" * 64,
                            "content": content,
                            "part": part,
                            "part_writing": WRITING,
                            "created_at": AT,
                        }
                        for key, one, part, content in zip(keys, said, parts, contents, strict=True)
                    ],
                )
            addresses = [f"/f/{feeds.token_of(delegate, SECRET)}.ics" for delegate in delegates]
        with unit_of_work():
            db.session.execute(text("CREATE TABLE toy (digest VARCHAR(64) PRIMARY KEY, etag VARCHAR(40), body BLOB)"))
            body = b"".join(build.stream(parts, "Reuniones", zone="America/Mexico_City"))
            for address in addresses:
                digest = hashlib.sha256(address[3:-4].encode()).hexdigest()
                values = {"digest": digest, "etag": f'"{digest[:32]}"', "body": body}
                db.session.execute(text("INSERT INTO toy VALUES (:digest, :etag, :body)"), values)
        db.engine.dispose()
    return addresses


def bare(folder: Path) -> Flask:
    """The same answer without a product around it."""
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{(folder / 'encuentro.sqlite3').resolve()}"
    toy = SQLAlchemy(app)

    @app.get("/f/<token>.ics")
    def feed(token: str) -> Response:
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = toy.session.execute(text("SELECT etag FROM toy WHERE digest = :digest"), {"digest": digest}).scalar()
        if found is None:
            return Response(status=404)
        if request.headers.get("If-None-Match") == found:
            return Response(status=304, headers={"ETag": found})
        body = toy.session.execute(text("SELECT body FROM toy WHERE digest = :digest"), {"digest": digest}).scalar_one()
        return Response(body, content_type="text/calendar; charset=utf-8", headers={"ETag": found})

    return app


def serve(kind: str, folder: Path, port: int) -> None:
    """One server, until it is killed."""
    app = create_app(testing(folder)) if kind == "ours" else bare(folder)
    waitress.serve(app, host="127.0.0.1", port=port, threads=CLIENTS, ident=None, _quiet=True)


@dataclass
class Side:
    """One server and what was measured at it."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    seconds: float = 0.0
    cpu: float = 0.0
    times: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)

    def cpu_now(self) -> float:
        """CPU seconds of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def figures(self) -> dict[str, Any]:
        """What the run says about this side."""
        ordered = sorted(self.times)
        amount = len(ordered)
        return {
            "fetches": amount,
            "answers": {str(code): count for code, count in sorted(self.answers.items())},
            "requests_per_second": round(amount / self.seconds),
            "p50_ms": round(ordered[amount // 2] * 1000, 2),
            "p99_ms": round(ordered[amount * 99 // 100] * 1000, 2),
            "cpu_ms_per_request": round(self.cpu / amount * 1000, 3),
        }


def fetch_all(side: Side, wishes: list[tuple[str, bool]]) -> None:
    """Fetch these feeds with several clients at once, each over one connection."""
    lock = threading.Lock()

    def client(mine: list[tuple[str, bool]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", side.port, timeout=60)
        times, answers = [], dict[int, int]()
        for address, is_conditional in mine:
            headers = {"If-None-Match": side.etags[address]} if is_conditional else {}
            began = time.perf_counter()
            connection.request("GET", address, headers=headers)
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - began)
            answers[response.status] = answers.get(response.status, 0) + 1
        connection.close()
        with lock:
            side.times += times
            for code, count in answers.items():
                side.answers[code] = side.answers.get(code, 0) + count

    threads = [threading.Thread(target=client, args=(wishes[index::CLIENTS],)) for index in range(CLIENTS)]
    cpu, began = side.cpu_now(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    side.seconds += time.perf_counter() - began
    side.cpu += side.cpu_now() - cpu


def warm(side: Side, addresses: list[str]) -> None:
    """Wait for the server, and learn every tag."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", side.port, timeout=60)
            connection.connect()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    for address in addresses:
        connection.request("GET", address)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body[:200]
        side.etags[address] = response.headers["ETag"]
    connection.close()


def cold(folder: Path, addresses: list[str], meetings: int) -> dict[str, float]:
    """What one feed costs inside the process: found and put together, and found unchanged; milliseconds of CPU."""
    app = create_app(testing(folder))
    spent: dict[str, list[float]] = {"feed": [], "tag": []}
    with app.app_context():
        for address in addresses[:200]:
            began = time.thread_time()
            found = feeds.find(address[3:-4])
            middle = time.thread_time()
            assert found is not None
            assert feeds.write(found).count(b"BEGIN:VEVENT") == meetings
            spent["tag"].append(middle - began)
            spent["feed"].append(time.thread_time() - began)
            db.session.rollback()
        assert db.session.scalar(select(Delegate.id).limit(1)) is not None
        db.engine.dispose()
    return {name: round(sorted(values)[len(values) // 2] * 1000, 2) for name, values in spent.items()}


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Fill, serve, fetch in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fetches", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--meetings", type=int, default=50)
    parser.add_argument("--serve", nargs=3, metavar=("KIND", "FOLDER", "PORT"))
    options = parser.parse_args()
    if options.serve:
        serve(options.serve[0], Path(options.serve[1]), int(options.serve[2]))
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        addresses = fill(folder, options.people, options.meetings)
        sides = []
        try:
            for name in ("ours", "bare"):
                port = free_port()
                command = [sys.executable, __file__, "--serve", name, made, str(port)]
                sides.append(Side(name, port, subprocess.Popen(command)))
            for side in sides:
                warm(side, addresses)
            chance = random.Random(1)
            for _ in range(ROUNDS):
                wishes = [
                    (chance.choice(addresses), chance.random() < CONDITIONAL) for _ in range(options.fetches // ROUNDS)
                ]
                for side in sides:
                    fetch_all(side, wishes)
        finally:
            for side in sides:
                side.process.terminate()
                side.process.wait()
        ours, toy = (side.figures() for side in sides)
        result = {
            "benchmark": "feeds",
            "people": options.people,
            "meetings": options.meetings,
            "conditional": CONDITIONAL,
            "cores": os.cpu_count(),
            "ours": ours,
            "bare": toy,
            "cpu_ratio": round(ours["cpu_ms_per_request"] / toy["cpu_ms_per_request"], 2),
            "throughput_ratio": round(ours["requests_per_second"] / toy["requests_per_second"], 2),
            "inside_ms": cold(folder, addresses, options.meetings),
        }
    for side in ("ours", "bare"):
        print(side, result[side])
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A web process killed in the middle of a publication: the old version whole or the new one whole, and one mail each.

Every other kill comes by the clock, spread over the time that a publication takes; most of that time is before the
commit. The others come by what stands on the disk, spread over what a publication writes there: in the middle of the
commit, and right after it, before the answer.

`KILLS=20 pytest tests/journeys/test_killed_publication.py` kills it twenty times.
"""

from __future__ import annotations

import http.client
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import create_engine, text

from eventsapp.db import unit_of_work
from tests import make, publishing
from tests.client import hidden_fields
from tests.worker.processes import wait_for

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

KILLS = int(os.environ.get("KILLS", "3"))
MEETINGS = 60
SERVER = "import sys, waitress, wsgi; waitress.serve(wsgi.app, listen=sys.argv[1], threads=4)"


class World:
    """A draft with many meetings, kept as a file that each trial copies, and the organizer's cookie."""

    def __init__(self, app: Flask, folder: Path) -> None:
        settings = app.config["SETTINGS"]
        self.secret_key = settings.secret_key
        self.original = Path(settings.sqlalchemy_url.removeprefix("sqlite:///"))
        self.folder = folder
        with app.app_context():
            with unit_of_work():
                event = make.event(code="bajio", slots=MEETINGS // 6, tables=6)
                buyers = [make.registration(event) for _ in range(6)]
                suppliers = [make.registration(event) for _ in range(MEETINGS // 6)]
                places = [
                    (publishing.meeting(buyer, supplier), (i + k) % len(suppliers), i)
                    for i, buyer in enumerate(buyers)
                    for k, supplier in enumerate(suppliers)
                ]
                self.number = publishing.draft(event, places).number
                account = make.organizer(event.organization)
                session = {"_user_id": account.get_id(), "_fresh": True}
            serializer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert serializer is not None
            self.cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps(session)}"

    def database(self, trial: int) -> Path:
        """A database for one trial."""
        target = self.folder / f"trial-{trial}" / "encuentro.sqlite3"
        target.parent.mkdir()
        with closing(create_engine(f"sqlite:///{self.original}").raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.original, target)
        return target


@contextmanager
def server(world: World, database: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A web server on a database, and its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATA_DIR": str(database.parent),
        "DATABASE_URL": f"sqlite:///{database}",
        "SECRET_KEY": world.secret_key,
        "BASE_URL": address,
    }
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen([sys.executable, "-c", SERVER, f"127.0.0.1:{port}"], env=environment, cwd=root)
    try:
        wait_for(lambda: answers(address))
        yield process, address
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    with suppress(OSError):
        return urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200
    return False


def page(world: World, address: str) -> str:
    """The publication page; the session learns the secret of its forms with it."""
    asked = urllib.request.Request(f"{address}/o/bajio/publicacion", headers={"Cookie": world.cookie})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        if fresh := answer.headers["Set-Cookie"]:
            world.cookie = fresh.partition(";")[0]
        return str(answer.read().decode())


def publish(world: World, address: str, form: dict[str, str]) -> int:
    """Press the button; the status of the answer, 0 when the server died."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    asked = urllib.request.Request(
        f"{address}/o/bajio/horario/{world.number}/publicar",
        data=urllib.parse.urlencode(form).encode(),
        headers={"Cookie": world.cookie, "Origin": address},
    )
    try:
        return int(urllib.request.build_opener(Stay).open(asked, timeout=60).status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return 0


def state(database: Path) -> tuple[str, bool, int, int]:
    """Status of the version, whether the event points to it, invitations and mails."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        status = connection.execute(text("SELECT status FROM schedule")).scalar_one()
        pointed = connection.execute(text("SELECT published_schedule_id IS NOT NULL FROM event")).scalar_one()
        invited = connection.execute(text("SELECT count(*) FROM invitation")).scalar_one()
        mails = connection.execute(text("SELECT count(*) FROM outbox_message")).scalar_one()
    engine.dispose()
    return status, bool(pointed), invited, mails


BEFORE = ("draft", False, 0, 0)
# A mail for each person and meeting, and an agenda for each person.
AFTER = ("published", True, 2 * MEETINGS, 2 * MEETINGS + 6 + MEETINGS // 6)


def form_of(html: str) -> dict[str, str]:
    found = hidden_fields(html)
    for name in ("edit", "seen"):
        found[name] = html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
    return found


def written(database: Path) -> int:
    """How much stands in the write-ahead log."""
    log_file = database.with_name(database.name + "-wal")
    return log_file.stat().st_size if log_file.exists() else 0


def wait_until_written(database: Path, amount: int, sender: threading.Thread) -> None:
    """Look without pause until so much more is written, or the answer came."""
    while sender.is_alive() and written(database) < amount:
        pass


def test_a_publication_happens_whole_or_not_at_all(sqlite_app: Flask, tmp_path: Path) -> None:
    world = World(sqlite_app, tmp_path)
    rehearsal = world.database(KILLS)
    with server(world, rehearsal) as (_process, address):
        form = form_of(page(world, address))
        before, begun = written(rehearsal), time.monotonic()
        assert publish(world, address, form) == 303
        whole, grown = time.monotonic() - begun, written(rehearsal) - before
    outcomes: list[tuple[str, bool]] = []
    for trial in range(KILLS):
        database = world.database(trial)
        share, is_by_clock = (trial + 1) / KILLS, trial % 2 == 0
        with server(world, database) as (process, address):
            form = form_of(page(world, address))
            before = written(database)
            sender = threading.Thread(target=publish, args=(world, address, form))
            sender.start()
            if is_by_clock:
                threading.Event().wait(whole * share)  # the moment of the kill, not a wait for a state
            else:
                wait_until_written(database, before + round(grown * share), sender)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            sender.join()
        found = state(database)
        assert found in (BEFORE, AFTER)
        outcomes.append(("clock" if is_by_clock else "disk", found == AFTER))
        with server(world, database) as (_process, address):  # the same click again: the same answer, nothing twice
            assert publish(world, address, form) == 303
        assert state(database) == AFTER
    for kind in ("clock", "disk"):
        stood = [is_new for by, is_new in outcomes if by == kind]
        log.info("killed by %s: %d old, %d new, none in between", kind, stood.count(False), stood.count(True))

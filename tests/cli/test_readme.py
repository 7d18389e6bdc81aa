"""Every command of the README does what the README says."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

import pytest
import vobject

ROOT = Path(__file__).resolve().parents[2]
EVENTSAPP = [sys.executable, "-m", "eventsapp"]
PROBLEM = ROOT / "examples" / "problem.json"
INSTANCE = """
nBusiness = 4; nMeetings = 4; nTables = 2; nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,1, |1, 3,3, |2, 4,2, |3, 4,3, |];
forbidden = [{0}, {0}, {4}, {}]; fixed = [0,0,3,0]; precedences = [{}, {1}, {}, {}];
"""
pytestmark = pytest.mark.slow


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A plain environment whose data stay in a folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "DATA_DIR": str(folder / "data"), "PASSWORD_MEMORY_KIB": "64", **more}


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run a command to its end and give what it printed."""
    done = subprocess.run(
        [*EVENTSAPP, *arguments], cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, command: list[str], port: int, **more: str) -> Iterator[str]:
    """A server that answers, and that ends by SIGTERM within ten seconds."""
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, **more), stdout=log, stderr=subprocess.STDOUT, text=True
        )
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 120
            while not is_healthy(address):
                assert process.poll() is None, (folder / "server.log").read_text()
                assert time.monotonic() < deadline, (folder / "server.log").read_text()
                time.sleep(0.1)  # a poll with a deadline, not a pause
            yield address
            process.send_signal(signal.SIGTERM)
            process.wait(15)
        finally:
            process.kill()
            process.wait()


def is_healthy(address: str) -> bool:
    """Does the server answer?"""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def demo(folder: Path) -> None:
    """The example is served, and what it prints signs in."""
    port = free_port()
    with serving(folder, [*EVENTSAPP, "demo", "--port", str(port), "--seconds", "5"], port) as address:
        told = (folder / "server.log").read_text()
        assert f"{address}/e/encuentro-automotriz-del-bajio" in told
        password = re.findall(r"Password +(\S+)", told)[0]
        landed = {email: sign_in(address, email, password) for email in re.findall(r"\S+@\S+", told)}
    assert len(landed) == 4
    assert all("Encuentro Automotriz del Bajío" in page for page in landed.values())


def sign_in(address: str, email: str, password: str) -> str:
    """Sign in as a browser does, and give the page of one's own events."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(f"{address}/entrar") as page:
        hidden = re.findall(r'name="(csrf_token|form_key)"[^>]*value="([^"]+)"', page.read().decode())
    values = {**dict(hidden), "email": email, "password": password}
    with browser.open(f"{address}/entrar", urllib.parse.urlencode(values).encode()) as page:
        assert page.status == 200
    with browser.open(f"{address}/mis-eventos") as page:
        assert page.url == f"{address}/mis-eventos"
        return str(page.read().decode())


def demo_once(folder: Path) -> None:
    """The summary, an agenda for each company that meets, a mail for each person and meeting."""
    told = json.loads(run(folder, "demo", "--once", str(folder / "out"), "--seconds", "5"))
    summary = json.loads((folder / "out" / "summary.json").read_text())
    assert told == summary
    assert {"companies", "requests", "meetings", "value", "bound", "status", "seconds"} <= set(summary)
    assert summary["companies"] >= 72
    assert summary["requests"] >= 300
    assert 200 < summary["meetings"] <= summary["requests"]
    assert summary["value"] <= summary["bound"]
    agendas = [vobject.readOne(path.read_text()) for path in sorted((folder / "out" / "agendas").glob("*.ics"))]
    assert len(agendas) > 60
    assert sum(len(agenda.vevent_list) for agenda in agendas) >= 2 * summary["meetings"]
    mails = list((folder / "out" / "mail").glob("*.eml"))
    assert len(mails) == summary["mails"]
    kinds = [part.get_content_type() for path in mails for part in message_from_bytes(path.read_bytes()).walk()]
    assert kinds.count("text/calendar") >= 2 * summary["meetings"]


def up(folder: Path) -> None:
    """An empty installation answers."""
    port = free_port()
    with (
        serving(folder, [*EVENTSAPP, "up", "--port", str(port)], port) as address,
        urllib.request.urlopen(f"{address}/") as answer,
    ):
        assert answer.status == 200


def gunicorn(folder: Path) -> None:
    """Production refuses to invent a secret, and serves with one."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "gunicorn"), "-k", "gthread", "--threads", "16", "wsgi:app"]
    run(folder, "doctor", code=1)
    more = {"ENCUENTRO_MODE": "production", "SECRET_KEY": "s" * 40, "BASE_URL": f"http://127.0.0.1:{port}"}
    with serving(folder, [*command, "-b", f"127.0.0.1:{port}"], port, **more):
        pass
    refused = subprocess.run(
        command, cwd=ROOT, env=environment(folder, ENCUENTRO_MODE="production"), capture_output=True, check=False
    )
    assert refused.returncode != 0
    assert b"SECRET_KEY" in refused.stderr


def worker(folder: Path) -> None:
    """The worker works until it is told to stop."""
    run(folder, "create-organization", "prueba", "--name", "Prueba", "--admin", "ana@example.com")
    process = subprocess.Popen(
        [*EVENTSAPP, "worker"], cwd=ROOT, env=environment(folder), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert any("worker started" in line for line in process.stderr)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.stderr.close()


def create_organization(folder: Path) -> None:
    """An organization with an administrator who got a link; the same code twice is refused."""
    told = run(folder, "create-organization", "cluster-x", "--name", "Clúster X", "--admin", "ana@example.com")
    assert "ana@example.com" in told
    assert len(list((folder / "data" / "mail").glob("*.eml"))) == 1
    run(folder, "create-organization", "cluster-x", "--name", "Otro", "--admin", "ana@example.com", code=2)
    assert run(folder, "doctor").count("ok ") == 6


def platform_admin(folder: Path) -> None:
    """Somebody is let in with a link; out again only when another one is there."""
    assert "ana@example.com administers the platform" in run(folder, "platform-admin", "Ana@example.com")
    assert len(list((folder / "data" / "mail").glob("*.eml"))) == 1
    run(folder, "platform-admin", "ana@example.com", "--remove", code=2)
    run(folder, "platform-admin", "no es un correo", code=2)
    run(folder, "platform-admin", "eva@example.com")
    assert "does not administer" in run(folder, "platform-admin", "ana@example.com", "--remove")


def doctor(folder: Path) -> None:
    """Before the first start there are no tables, and that is said."""
    assert "FAIL  schema: no tables yet" in run(folder, "doctor", code=1)


def check(folder: Path) -> None:
    """Everything is green."""
    assert run(folder, "check", "--no-tests").endswith("all checks passed\n")


def pytest_command(folder: Path) -> None:
    """The test command hands its words to pytest."""
    assert " passed" in run(folder, "test", "tests/domain/test_slots.py", "-q", "-n0")


def solve(folder: Path) -> None:
    """A problem file becomes a result that is true."""
    assert "optimal" in run(folder, "solve", str(PROBLEM), "--out", str(folder / "result.json"))


def verify(folder: Path) -> None:
    """The checker agrees."""
    solve(folder)
    assert run(folder, "verify", str(PROBLEM), str(folder / "result.json")) == "legal, and every figure is true\n"


def explain(folder: Path) -> None:
    """Each request that is left out has a reason."""
    solve(folder)
    left_out = run(folder, "explain", str(PROBLEM), str(folder / "result.json")).splitlines()
    assert left_out
    assert all(len(line.split("\t")) == 3 for line in left_out)


def repair(folder: Path) -> None:
    """A cancellation changes little."""
    solve(folder)
    told = run(folder, "repair", str(PROBLEM), str(folder / "result.json"), "--cancel", "galvanicos-lerma")
    assert "dropped" in told


def import_b2bsp(folder: Path) -> None:
    """A benchmark event is made, solved, published and exported; twice is refused."""
    (folder / "instance.dzn").write_text(INSTANCE)
    words = ["import-b2bsp", str(folder / "instance.dzn"), "--event", "Foro de prueba"]
    told = run(folder, *words, "--publish", str(folder / "agendas"), "--seconds", "5").splitlines()[-1]
    figures = json.loads(told)
    assert (figures["companies"], figures["requests"], figures["meetings"], figures["files"]) == (4, 4, 4, 4)
    starts = sorted(
        event.dtstart.value.astimezone().isoformat()
        for path in (folder / "agendas").glob("*.ics")
        for event in vobject.readOne(path.read_text()).vevent_list
    )
    assert len(starts) == 8
    run(folder, *words, code=2)
    (folder / "broken.dzn").write_text(INSTANCE[:80])
    run(folder, "import-b2bsp", str(folder / "broken.dzn"), "--event", "Otro", code=2)


def inbox(folder: Path) -> None:
    """What is no answer is said and kept for a person; what cannot be read may come again."""
    create_organization(folder)
    (folder / "note.eml").write_bytes(b"From: ana@example.com\r\nSubject: Hola\r\n\r\nGracias.\r\n")
    assert "note.eml" in run(folder, "inbox", "read", str(folder / "note.eml"))
    run(folder, "inbox", "read", str(folder / "absent.eml"), code=75)


def texts(folder: Path) -> None:
    """Nothing lacks English."""
    assert "0 without English" in run(folder, "texts", "--check")


PROOFS: dict[str, Callable[[Path], None]] = {
    "python3 -m eventsapp demo": demo,
    "python3 -m eventsapp test": pytest_command,
    "python3 -m eventsapp demo --once DIR": demo_once,
    "python3 -m eventsapp up": up,
    "python3 -m eventsapp worker": worker,
    "python3 -m eventsapp create-organization CODE --name NAME --admin EMAIL": create_organization,
    "python3 -m eventsapp platform-admin EMAIL": platform_admin,
    "python3 -m eventsapp doctor": doctor,
    "python3 -m eventsapp check": check,
    "python3 -m eventsapp solve PROBLEM --out RESULT.json": solve,
    "python3 -m eventsapp verify PROBLEM RESULT.json": verify,
    "python3 -m eventsapp explain PROBLEM RESULT.json": explain,
    "python3 -m eventsapp repair PROBLEM RESULT.json --cancel COMPANY": repair,
    "python3 -m eventsapp import-b2bsp FILE.dzn --event NAME": import_b2bsp,
    "python3 -m eventsapp inbox read FILE.eml": inbox,
    "python3 -m eventsapp texts": texts,
    "ENCUENTRO_MODE=production gunicorn -k gthread --threads 16 wsgi:app": gunicorn,
}


def commands() -> set[str]:
    """The commands that the README shows, in blocks and in its table."""
    readme = (ROOT / "README.md").read_text()
    shown = set(
        re.findall(r"^((?:ENCUENTRO_MODE=\w+ )?(?:python3 -m eventsapp|gunicorn)[^\n`]*)$", readme, re.MULTILINE)
    )
    return shown | set(re.findall(r"^\| `(python3 -m eventsapp[^`]*)`", readme, re.MULTILINE))


def test_every_command_has_a_proof() -> None:
    assert commands() == set(PROOFS)


@pytest.mark.parametrize("command", sorted(PROOFS))
def test_command(command: str, tmp_path: Path) -> None:
    PROOFS[command](tmp_path)

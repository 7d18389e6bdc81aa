"""Runs every reader over every artefact and compares, field by field, what each understood with what was meant.

`python -m tests.calendars.conformance` writes `docs/calendar-conformance.md` from the result. The readers share no code
with the writer: libical (C), vobject and khal (Python), ical.js (JavaScript), sabre/vobject (PHP), and Radicale, a
CalDAV server that takes a calendar and gives it back.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.calendars.artefacts import ARTEFACTS
from tests.calendars.readers import Entry, libical, read_with_khal, read_with_libical, read_with_vobject

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "calendar-conformance.md"
ICAL_JS = ROOT / ".readers" / "ical.js" / "dist" / "ical.js"
SABRE = Path("/usr/share/php/Sabre/VObject/autoload.php")
SECONDS = 120
FIELDS = tuple(Entry.__dataclass_fields__)

Read = dict[str, Any]  # what a reader understood of one event, by field; fields that it does not show are absent


@dataclass(frozen=True)
class Reader:
    """One reader: how to run it, what is missing when it cannot run, and what it is known to read differently."""

    name: str
    language: str
    run: Callable[[list[Path]], list[list[Read]]]
    missing: Callable[[], str]
    shown: Callable[[Read], Read] = field(default=lambda meant: meant)
    remark: str = ""


class NotInstalled(Exception):
    """A reader is missing here; the text says how to get it."""


# The readers ----------------------------------------------------------------------------------------------------------


def _plain(entry: Entry) -> Read:
    """An entry as JSON values."""
    return {name: _value(value) for name, value in asdict(entry).items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [_value(each) for each in value] if isinstance(value, tuple) else value


def _libical(files: list[Path]) -> list[list[Read]]:
    found = []
    for file in files:
        reading = read_with_libical(file.read_bytes())
        assert (reading.errors, reading.restrictions_kept) == (0, True), file
        found.append([_plain(entry) for entry in reading.entries])
    return found


def _libical_missing() -> str:
    try:
        libical()
    except BaseException as error:  # noqa: BLE001 - pytest's own outcomes are no exceptions of the usual kind
        return str(error)
    return ""


def _vobject(files: list[Path]) -> list[list[Read]]:
    return [[_plain(entry) for entry in read_with_vobject(file.read_bytes())] for file in files]


def _khal(files: list[Path]) -> list[list[Read]]:
    found = []
    for events in read_with_khal(files):
        found.append([{**event, "start": _utc(event["start"]), "end": _utc(event["end"])} for event in events])
    return found


def _utc(text: str) -> str:
    return datetime.fromisoformat(text.replace(".000Z", "+00:00")).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown_by_khal(meant: Read) -> Read:
    fields = {**meant, **{name: meant[name].replace("\\N", "\n") for name in ("summary", "description", "location")}}
    name, address = meant["organizer"]
    for absent in ("method", "sequence", "dtstamp"):
        del fields[absent]
    attendees = ", ".join(address for _, address in meant["attendees"])
    return fields | {"organizer": f"{name} ({address})", "attendees": attendees}


def _ical_js(files: list[Path]) -> list[list[Read]]:
    script = Path(__file__).with_name("icaljs_reader.mjs")
    events = json.loads(_output("node", str(script), str(ICAL_JS), *map(str, files)))
    times = ("start", "end", "dtstamp")
    return [[{**event, **{name: _utc(event[name]) for name in times}} for event in calendar] for calendar in events]


def _sabre(files: list[Path]) -> list[list[Read]]:
    script = Path(__file__).with_name("sabre_reader.php")
    quiet = ("-d", "display_errors=stderr", "-d", "error_reporting=1")
    read = json.loads(_output("php", *quiet, str(script), str(SABRE), *map(str, files)))
    assert [calendar["faults"] for calendar in read] == [[]] * len(files)
    return [calendar["entries"] for calendar in read]


def _shown_by_sabre(meant: Read) -> Read:
    """Debian's version leaves two of the four escapes."""

    def kept(text: str) -> str:
        return text.replace(";", "\\;").replace(",", "\\,")

    return {**meant, **{name: kept(meant[name]) for name in ("summary", "description", "location")}}


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _radicale(files: list[Path]) -> list[list[Read]]:
    """Each calendar is put on a real server and what it gives back is read by libical."""
    found = []
    with _radicale_server() as base:
        for number, file in enumerate(files):
            address = f"{base}/ana/calendar-{number}/"
            _ask("PUT", address, file.read_bytes())
            back = _ask("GET", address)
            events = [_plain(entry) for entry in read_with_libical(back).entries]
            found.append([{name: value for name, value in event.items() if name != "method"} for event in events])
    return found


def _without_method(meant: Read) -> Read:
    return {name: value for name, value in meant.items() if name != "method"}


@contextmanager
def _radicale_server() -> Iterator[str]:
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
        probe.close()
        options = [
            *("--server-hosts", f"127.0.0.1:{port}", "--auth-type", "none", "--logging-level", "critical"),
            *("--storage-filesystem-folder", folder, "--rights-type", "authenticated"),
        ]
        log = Path(folder) / "log"
        with log.open("wb") as told:
            process = subprocess.Popen(
                [sys.executable, "-m", "radicale", "--config", "", *options], stdout=told, stderr=told
            )
            try:
                base = f"http://127.0.0.1:{port}"
                _wait_for(base, process, log)
                yield base
            finally:
                process.terminate()
                process.wait()


def _wait_for(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            _ask("GET", f"{base}/.web/")
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Radicale did not start: {log.read_text()[-2000:]}")


def _ask(method: str, address: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(address, body, method=method)
    request.add_header("Authorization", "Basic YW5hOmFuYQ==")
    request.add_header("Content-Type", "text/calendar; charset=utf-8")
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        read: bytes = response.read()
        return read


def _needs(program: str, path: Path, hint: str) -> Callable[[], str]:
    return lambda: "" if shutil.which(program) and path.exists() else hint


def _nothing() -> str:
    return ""


READERS = (
    Reader("libical", "C", _libical, _libical_missing),
    Reader(
        "ical.js",
        "JavaScript",
        _ical_js,
        _needs("node", ICAL_JS, "ical.js is not installed (npm pack ical.js, unpacked as .readers/ical.js)"),
    ),
    Reader("vobject", "Python", _vobject, _nothing),
    Reader(
        "khal",
        "Python, by way of icalendar",
        _khal,
        _nothing,
        _shown_by_khal,
        "shows neither METHOD, SEQUENCE nor DTSTAMP, and takes a typed backslash and N for a line end",
    ),
    Reader(
        "Radicale",
        "Python, a CalDAV server; read back with libical",
        _radicale,
        _nothing,
        _without_method,
        "stores calendars without METHOD",
    ),
    Reader(
        "sabre/vobject",
        "PHP",
        _sabre,
        _needs("php", SABRE, "sabre/vobject is not installed (on Debian: apt-get install php-cli php-sabre-vobject)"),
        _shown_by_sabre,
        "in Debian's version 2.1, leaves the backslash before `;` and `,` in texts",
    ),
)


# The comparison -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One reader and one artefact: how many fields were compared, and every one that differs."""

    compared: int
    differences: tuple[str, ...]


def compare(reader: Reader) -> dict[str, Cell]:
    """Every artefact as this reader understands it, against what was meant."""
    if reason := reader.missing():
        raise NotInstalled(reason)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (written, _meant) in enumerate(ARTEFACTS.values()):
            files.append(Path(folder) / f"{number:03}.ics")
            files[-1].write_bytes(written)
        understood = reader.run(files)
    return {
        name: _cell(read, [reader.shown(_plain(entry)) for entry in meant])
        for (name, (_written, meant)), read in zip(ARTEFACTS.items(), understood, strict=True)
    }


def _cell(read: list[Read], meant: list[Read]) -> Cell:
    got, wanted = ({event["uid"]: event for event in events} for events in (read, meant))
    differences = [f"{uid}: missing" for uid in wanted.keys() - got.keys()]
    differences += [f"{uid}: not meant" for uid in got.keys() - wanted.keys()]
    compared = 0
    for uid in wanted.keys() & got.keys():
        for name, value in wanted[uid].items():
            compared += 1
            if got[uid].get(name) != value:
                differences.append(f"{uid}: {name} {got[uid].get(name)!r} instead of {value!r}")
    return Cell(compared, tuple(sorted(differences)))


def document(cells: dict[str, dict[str, Cell]]) -> str:
    """The page about the result."""
    lines = [
        "# Calendars as other programs read them",
        "",
        "Written by `python -m tests.calendars.conformance`; a test compares it with a fresh run.",
        "",
        "Each row is a file as this product writes it, each column a reader that shares no code with the writer. A",
        "cell says how many fields were compared with what was meant: identity, start and end as instants, title,",
        "description, place, address, organizer, attendees, METHOD, SEQUENCE, STATUS and DTSTAMP of every event.",
        "",
        "| artefact | events | " + " | ".join(cells) + " |",
        "| --- | ---: |" + " ---: |" * len(cells),
    ]
    for name, (_written, meant) in ARTEFACTS.items():
        row = [_shown(found[name]) for found in cells.values()]
        lines.append(f"| {name} | {len(meant)} | " + " | ".join(row) + " |")
    total = sum(cell.compared for found in cells.values() for cell in found.values())
    wrong = sum(len(cell.differences) for found in cells.values() for cell in found.values())
    lines += [
        "",
        f"{total:,} fields compared, {wrong} differ.",
        "",
        "The numbered requests carry hostile texts: separators, quotes, controls, 60 kanji, emoji, BEGIN:VEVENT.",
        "libical finds no fault in any file and every restriction of RFC 5546 kept; sabre's validator is silent.",
        "",
        "| reader | written in | known to differ |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {reader.name} | {reader.language} | {reader.remark or '–'} |" for reader in READERS]
    return "\n".join(lines) + "\n"


def _shown(cell: Cell) -> str:
    right = cell.compared - len(cell.differences)
    return f"{right}/{cell.compared}" if cell.differences else (f"{cell.compared}" if cell.compared else "0")


def main() -> int:
    """Write the page; 1 when a reader is missing or understood something else."""
    cells = {}
    for reader in READERS:
        try:
            cells[reader.name] = compare(reader)
        except NotInstalled as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(cells))
    faults = [
        f"{reader}, {artefact}: {difference}"
        for reader, found in cells.items()
        for artefact, cell in found.items()
        for difference in cell.differences
    ]
    print("\n".join(faults) or f"{DOCUMENT.relative_to(ROOT)} written")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.pop("CI", None)
    sys.exit(main())

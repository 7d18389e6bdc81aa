"""`inbox`: read answers to invitations from files, a pipe or the mailbox, and list what belongs to no event."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from flask import Flask

from eventsapp.app import create_app
from eventsapp.calendars.reply import MAX_BYTES
from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.mail.inbox import MailboxAway
from eventsapp.services import replies
from eventsapp.settings import Settings, choose
from eventsapp.worker.receiving import receiver

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps what it piped and tries again
KEPT = "inbox"


def add_options(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which files."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    read = actions.add_parser("read", help="read mails from files; - is the standard input")
    read.add_argument("files", nargs="+", metavar="FILE.eml")
    actions.add_parser("fetch", help="read what waits in the mailbox of IMAP_URL, once")
    actions.add_parser("list", help="list what could be assigned to no event")


def run(options: argparse.Namespace) -> int:
    """Carry out one action; a mail that could not be noted gives 75, so that its sender tries again."""
    settings = choose()
    app = create_app(settings)
    with app.app_context():
        try:
            if options.action == "read":
                return max(_read(name, settings) for name in options.files)
            return _fetch(app) if options.action == "fetch" else _list()
        finally:
            db.session.remove()
            db.engine.dispose()


def _read(name: str, settings: Settings) -> int:
    """Note one mail; one that was not understood whole is kept in the data folder as well, for a person."""
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return TRY_AGAIN
    try:
        with unit_of_work():
            taken = replies.take(content, now=now())
    except Exception as error:  # noqa: BLE001 - the next file must be read whatever this one holds
        print(f"{name}: not noted ({type(error).__name__}: {error})", file=sys.stderr)
        return TRY_AGAIN
    for outcome in taken.outcomes:
        print(" ".join(filter(None, (f"{name}:", outcome.kind, outcome.state, outcome.reason))))
    if not taken.is_settled:
        print(f"{name}: kept as {_keep(content, settings)}")
    return 0


def _keep(content: bytes, settings: Settings) -> Path:
    folder = settings.data_dir / KEPT
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:24]}.eml"
    path.write_bytes(content)
    return path


def _fetch(app: Flask) -> int:
    reader = receiver(app)
    if reader is None:
        print("IMAP_URL is not set", file=sys.stderr)
        return 2
    try:
        amount = reader.read_waiting()
    except MailboxAway as error:
        print(str(error), file=sys.stderr)
        return TRY_AGAIN
    print(f"{amount} mails read (at most {MAX_BYTES // 2**20} MiB each)")
    return 0


def _list() -> int:
    for row in replies.list_unassigned():
        print(f"{row.received_at:%Y-%m-%d %H:%M} {row.sender or '?'} {row.kind.value} {row.fault} {row.subject}")
    return 0

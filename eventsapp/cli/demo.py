"""`demo`: the whole job with a believable example event, served on this machine, or once into a folder."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from eventsapp.cli import example, journey, serving
from eventsapp.db import db, unit_of_work
from eventsapp.models import Event, Registration
from eventsapp.services import accounts, agendas, passwords
from eventsapp.services.actors import actor_of
from eventsapp.settings import Settings, choose

PASSWORD = "encuentro-demo"  # noqa: S105 - printed on the screen, for fictional people on this machine
SECONDS = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen, or where to write."""
    parser.add_argument(
        "--once", metavar="DIR", type=Path, help="do the whole job without a server, write to DIR, exit"
    )
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="longest time for the engine (default %(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Make the example unless it is there, then serve it; or do it all once."""
    if options.once is not None:
        return _once(options.once, options.seconds)
    base = {"DATA_DIR": "instance/demo", "BASE_URL": f"http://{options.host}:{options.port}"}
    settings = choose({**base, **os.environ})
    try:
        serving.require_free(options.host, options.port)
    except serving.PortTaken as error:
        print(error, file=sys.stderr)
        return 1
    app = serving.prepared(settings)
    with app.app_context():
        if not _find_event():
            print("Making the example event, its schedule and its invitations (about half a minute)", flush=True)
            make_example(app, settings, options.seconds)
        _tell(settings)
    serving.serve(app, settings, host=options.host, port=options.port)
    return 0


def _once(folder: Path, seconds: int) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    settings = choose({"DATA_DIR": str(folder / "data"), "SECRET_KEY": "-" * 40})
    settings = replace(settings, data_dir=folder / "data", mail_url=f"folder:{folder / 'mail'}", database_url="")
    app = serving.prepared(settings)
    with app.app_context():
        if _find_event():
            print(f"{folder} already holds an example; name an empty folder", file=sys.stderr)
            return 2
        event_id = make_example(app, settings, seconds)
        event = db.session.get_one(Event, event_id)
        agendas.export(event, folder / "agendas", settings=settings)
        summary = journey.summarize(event)
        (folder / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        db.engine.dispose()
    print(json.dumps(summary, ensure_ascii=False))
    return 0


def _find_event() -> Event | None:
    return db.session.scalar(select(Event).where(Event.code == example.CODE))


def make_example(app: Flask, settings: Settings, seconds: int) -> UUID:
    """Companies and requests, a run of the engine, its schedule published and everybody told."""
    with unit_of_work():
        password_hash = passwords.hashed(PASSWORD, memory_kib=settings.password_memory_kib)
        made = example.create(now=datetime.now(UTC), password_hash=password_hash)
        event_id, actor = made.event.id, actor_of(made.organizer)
    journey.solve_and_publish(app, event_id, actor, settings, seconds=seconds)
    return event_id


def _tell(settings: Settings) -> None:
    event = _find_event()
    if event is None:
        raise LookupError("the example event is there by now")
    buyer, supplier = (
        db.session.scalars(
            select(Registration).where(Registration.event_id == event.id, Registration.number == number)
        ).one()
        for number in (1, len(example.BUYERS) + 1)
    )
    reviewer = accounts.find_by_email(example.REVIEWER)
    looks = f"\n  Reviewer      {reviewer.email}   (looks after half of the companies)" if reviewer else ""
    print(
        f"""
{event.name}
  Public page   {settings.base_url}/e/{event.code}
  Organizer     {settings.base_url}/o/{event.code}/
  Sign in       {settings.base_url}/entrar

  Organizer     {example.ORGANIZER}{looks}
  Buyer         {buyer.delegates[0].email}   ({buyer.company.name})
  Supplier      {supplier.delegates[0].email}   ({supplier.company.name})
  Password      {PASSWORD}   (the same for all)

  Mail          {settings.mail_target.removeprefix("folder:")}
Stop with Ctrl+C. The data stay in {settings.data_dir}.
""",
        flush=True,
    )

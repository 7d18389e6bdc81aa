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
from sqlalchemy import func, select

from eventsapp.cli import example, serving
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Account, Event, OutboxMessage, Registration, Request, Run, Schedule
from eventsapp.services import accounts, agendas, publication, runs
from eventsapp.services.actors import actor_of
from eventsapp.settings import Settings, choose
from eventsapp.worker import runner

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
            _make(app, settings, options.seconds)
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
        event_id = _make(app, settings, seconds)
        event = db.session.get_one(Event, event_id)
        agendas.export(event, folder / "agendas", settings=settings)
        summary = summarize(event)
        (folder / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        db.engine.dispose()
    print(json.dumps(summary, ensure_ascii=False))
    return 0


def _find_event() -> Event | None:
    return db.session.scalar(select(Event).where(Event.code == example.CODE))


def _make(app: Flask, settings: Settings, seconds: int) -> UUID:
    """Companies and requests, a run of the engine, its schedule published and everybody told."""
    now = datetime.now(UTC)
    with unit_of_work():
        made = example.create(now=now, password_hash=accounts.hash_password(PASSWORD, settings.password_memory_kib))
        event_id, organizer_id = made.event.id, made.organizer.id
    with unit_of_work():
        event, organizer = db.session.get_one(Event, event_id), db.session.get_one(Account, organizer_id)
        runs.start(event, seconds=seconds, seed=1, actor=actor_of(organizer), now=now)
    runner.run_until_idle(app)
    with unit_of_work():
        publish_newest(event_id, organizer_id, settings)
    runner.run_until_idle(app)
    return event_id


def publish_newest(event_id: UUID, organizer_id: UUID, settings: Settings) -> Schedule:
    """Publish the newest draft of an event; the caller commits."""
    draft = db.session.scalars(
        select(Schedule)
        .where(Schedule.event_id == event_id, Schedule.status == ScheduleStatus.DRAFT)
        .order_by(Schedule.number.desc())
    ).first()
    if draft is None:
        newest = db.session.scalars(select(Run).where(Run.event_id == event_id).order_by(Run.number.desc())).first()
        raise SystemExit(f"the engine gave no schedule: {newest.status if newest else 'no run'}")
    organizer = db.session.get_one(Account, organizer_id)
    publication.publish(
        draft,
        actor=actor_of(organizer),
        now=datetime.now(UTC),
        base_url=settings.base_url,
        organizer_address=settings.mail_from,
    )
    return draft


def summarize(event: Event) -> dict[str, object]:
    """The figures of an event's newest run and of what was published."""
    run_ = db.session.scalars(select(Run).where(Run.event_id == event.id).order_by(Run.number.desc())).one()
    outcome = run_.outcome or {}
    value = next((level for level in outcome.get("levels", []) if level["level"] == "value"), {})

    def count(model: type[Registration] | type[Request] | type[OutboxMessage]) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(model.event_id == event.id)) or 0

    return {
        "event": event.code,
        "companies": count(Registration),
        "requests": count(Request),
        "meetings": len(outcome.get("meetings", [])),
        "unplaced": len(outcome.get("unscheduled", [])),
        "value": value.get("value"),
        "bound": value.get("bound"),
        "status": outcome.get("status"),
        "seconds": outcome.get("seconds"),
        "mails": count(OutboxMessage),
    }


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
    organizer = event.organization.memberships[0].account
    print(
        f"""
{event.name}
  Public page   {settings.base_url}/e/{event.code}
  Organizer     {settings.base_url}/o/{event.code}/
  Sign in       {settings.base_url}/entrar

  Organizer     {organizer.email}
  Buyer         {buyer.delegates[0].email}   ({buyer.company.name})
  Supplier      {supplier.delegates[0].email}   ({supplier.company.name})
  Password      {PASSWORD}   (the same for all three)

  Mail          {settings.mail_target.removeprefix("folder:")}
Stop with Ctrl+C. The data stay in {settings.data_dir}.
""",
        flush=True,
    )

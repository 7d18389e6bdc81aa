"""`doctor`: is this installation able to work? One line for each question, with what to do where the answer is no."""

from __future__ import annotations

import argparse
import os
import shutil
import smtplib
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from eventsapp.app import create_app, packaged_or_top_level
from eventsapp.db import db
from eventsapp.settings import Settings, choose

ENOUGH_DISK = 200 * 1024 * 1024
MOST_CLOCK_DRIFT = 5.0
SMTP_SECONDS = 5


def add_options(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose: the settings say it all."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Ask every question; 1 when one of them fails."""
    del options
    settings = choose()
    app = create_app(settings)
    print("ok    settings", flush=True)
    questions: list[tuple[str, Callable[[Settings], str]]] = [
        ("data folder", _data_folder),
        ("database", lambda _: _database(app)),
        ("schema", lambda _: _schema(app)),
        ("clock", lambda _: _clock(app)),
        ("mail", _mail),
    ]
    failures = 0
    with app.app_context():
        for name, question in questions:
            problem = question(settings)
            failures += bool(problem)
            print(f"{'FAIL' if problem else 'ok':<5} {name}{': ' + problem if problem else ''}", flush=True)
        db.engine.dispose()
    return 1 if failures else 0


def _data_folder(settings: Settings) -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=settings.data_dir):
            pass
    except OSError as error:
        return f"{settings.data_dir} cannot be written ({error.strerror})"
    free = shutil.disk_usage(settings.data_dir).free
    return "" if free >= ENOUGH_DISK else f"only {free // 2**20} MiB free, 200 needed"


def _database(_app: Flask) -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return f"does not answer ({type(error).__name__}); check DATABASE_URL"
    return ""


def _schema(_app: Flask) -> str:
    newest = ScriptDirectory(str(packaged_or_top_level("migrations"))).get_current_head()
    try:
        current = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        db.session.rollback()
        return "no tables yet; `eventsapp up` creates them"
    return "" if current == newest else f"at {current}, the program needs {newest}; `eventsapp up` upgrades it"


def _clock(_app: Flask) -> str:
    try:
        there = db.session.execute(text("SELECT CURRENT_TIMESTAMP")).scalar()
    except SQLAlchemyError:
        db.session.rollback()
        return "the database gives no time"
    moment = datetime.fromisoformat(str(there))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    drift = abs((datetime.now(UTC) - moment).total_seconds())
    return "" if drift <= MOST_CLOCK_DRIFT else f"{drift:.0f} s apart from the database"


def _mail(settings: Settings) -> str:
    target = settings.mail_target
    if target.startswith("folder:"):
        folder = target.removeprefix("folder:")
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            return f"{folder} cannot be made ({error.strerror})"
        return ""
    address = urlsplit(target)
    try:
        with smtplib.SMTP(address.hostname or "", address.port or 587, timeout=SMTP_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return f"{address.hostname}:{address.port or 587} does not answer ({error}); check MAIL_URL"
    return ""

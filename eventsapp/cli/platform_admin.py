"""`platform-admin`: who takes care of the platform, its organizations and who works in them; not of their events."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from email_validator import EmailNotValidError, validate_email

from eventsapp.cli import serving
from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.errors import DomainError
from eventsapp.i18n import DEFAULT_LOCALE
from eventsapp.services import accounts, platform
from eventsapp.settings import choose
from eventsapp.worker import runner


def add_options(parser: argparse.ArgumentParser) -> None:
    """Whose account, and whether it begins or ends."""
    parser.add_argument("email", metavar="EMAIL", help="address of the account; a new one gets a sign-in link")
    parser.add_argument("--remove", action="store_true", help="no longer; the roles in organizations stay")


def run(options: argparse.Namespace) -> int:
    """Let the account in and mail the link, or let it out."""
    try:
        email = validate_email(options.email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        print(f"EMAIL: {error}", file=sys.stderr)
        return 2
    settings = choose({"DATA_DIR": "instance", **os.environ})
    app = serving.prepared(settings)
    with app.app_context():
        try:
            with unit_of_work():
                _change(email, is_removed=options.remove)
        except DomainError:
            print(f"{email} is the only one; let somebody else in first", file=sys.stderr)
            return 2
        finally:
            runner.run_until_idle(app)
            db.engine.dispose()
    if options.remove:
        print(f"{email} does not administer the platform.")
    else:
        print(f"{email} administers the platform. A link to sign in went out ({settings.mail_target.split('@')[-1]}).")
    return 0


def _change(email: str, *, is_removed: bool) -> None:
    now = datetime.now(UTC)
    if is_removed:
        account = accounts.find_by_email(email)
        if account is not None:
            platform.let_out(account, actor=SYSTEM, now=now)
        return
    account = accounts.known_or_new(email, name=email.partition("@")[0], locale=DEFAULT_LOCALE, now=now)
    platform.let_in(account, actor=SYSTEM, now=now)
    accounts.send_sign_in_link(email, next_path="/o/", now=now)

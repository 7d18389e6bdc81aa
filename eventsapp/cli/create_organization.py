"""`create-organization`: the first step of a new installation; its administrator gets a sign-in link by mail."""

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
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import OrganizationKind, Role
from eventsapp.i18n import DEFAULT_LOCALE
from eventsapp.services import accounts, organizations, team
from eventsapp.settings import choose
from eventsapp.worker import runner

PROBLEMS = {
    "code_malformed": "the code may have small letters, digits and single hyphens, at most 40",
    "code_taken": "there is already an organization with this code",
}
MAX_NAME = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    """Who organizes, and who administers it."""
    kinds = [kind.value for kind in OrganizationKind]
    parser.add_argument("code", metavar="CODE", help="short code, for example cluster-automotriz")
    parser.add_argument("--name", required=True, help="full name")
    parser.add_argument("--admin", required=True, metavar="EMAIL", help="address of its administrator")
    parser.add_argument("--kind", choices=kinds, default=OrganizationKind.CLUSTER.value, help="default %(default)s")
    parser.add_argument("--state", default="", help="state of the republic")
    parser.add_argument("--cluster", choices=sorted(clusters()), help="the cluster that it is, for example GTO-AUT")


def run(options: argparse.Namespace) -> int:
    """Make the organization and its administrator, and mail the link."""
    try:
        email = validate_email(options.admin, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        print(f"--admin: {error}", file=sys.stderr)
        return 2
    name = options.name.strip()
    if not 0 < len(name) <= MAX_NAME:
        print(f"--name: 1 to {MAX_NAME} characters", file=sys.stderr)
        return 2
    settings = choose({"DATA_DIR": "instance", **os.environ})
    app = serving.prepared(settings)
    now = datetime.now(UTC)
    with app.app_context():
        try:
            with unit_of_work():
                organization = organizations.create(
                    code=options.code,
                    name=name,
                    kind=OrganizationKind(options.kind),
                    state=options.state[:80],
                    cluster_code=options.cluster,
                    actor=SYSTEM,
                    now=now,
                )
                account = accounts.known_or_new(email, name=email.partition("@")[0], locale=DEFAULT_LOCALE, now=now)
                team.give(organization, account, {Role.ADMIN}, actor=SYSTEM, now=now)
                accounts.send_sign_in_link(email, next_path="/o/", now=now)
        except DomainError as error:
            print(PROBLEMS.get(error.code, error.code), file=sys.stderr)
            return 2
        runner.run_until_idle(app)
        db.engine.dispose()
    print(f"{name} is made. A sign-in link went to {email} ({settings.mail_target.split('@')[-1]}).")
    return 0

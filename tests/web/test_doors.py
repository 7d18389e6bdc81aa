"""A page without a door does not exist: whoever begins at "my events" comes to every page of the organizer by links."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import HTTPException

from eventsapp.db import unit_of_work
from eventsapp.domain.values import MailLink, RegistrationStatus, Role, Side
from eventsapp.services import campaigns
from eventsapp.services.campaigns import Answers, Audience
from tests import make
from tests.conftest import NOW
from tests.services.scheduling_bench import Bench, solved_draft
from tests.sourced import capability, certificate, requirement
from tests.web.test_side_names import visited

pytestmark = pytest.mark.slow

WITHOUT_A_LINK = {
    "organizer.new_organization": "for administrators of the platform only",
    "organizer.platform_log": "the same",
    "organizer.run_events": "read by the script of a run that goes on; here all have ended",
    "organizer.run_state": "the same",
    # One of a list that is empty here; the list itself has its door.
    "organizer.arco_request": "privacy",
    "organizer.certificate_document": "certificates",
    "organizer.import_rest": "imports",
    "organizer.one_import": "imports",
    "organizer.printout_file": "printouts",
    "organizer.reply": "replies",
}


def build(bench: Bench) -> None:
    """An event with something on every list: published, with a draft after it."""
    bench.publish(solved_draft(bench, NOW), NOW)
    solved_draft(bench, NOW, seed=2)
    with unit_of_work():
        make.organizer(bench.event.organization, Role.ADMIN)
        requirement(bench.buyers[0], title="Estampado")
        capability(bench.suppliers[0], title="Prensas")
        certificate(bench.suppliers[0], "ISO-9001")
        make.registration(bench.event, Side.BUYER, status=RegistrationStatus.SUBMITTED)
        text = {"subject": "Nos vemos", "body": "Hola, {nombre}."}
        texts = {"es_MX": text, "en": {"subject": "", "body": ""}}
        campaigns.add(bench.event, Answers(Audience(), texts, MailLink.AGENDA), actor=bench.actor, now=NOW)


def test_every_page_of_the_organizer_has_a_door(sqlite_app: Flask) -> None:
    adapter = sqlite_app.url_map.bind("localhost")
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context():
            bench = Bench.make()
            build(bench)
            with unit_of_work():
                admin = make.organizer(bench.event.organization, Role.ADMIN)
            client = make.client(sqlite_app, admin)
        pages = visited(client, ["/o/"], "/o/")
    doors = set()
    for page in pages.values():
        for link in re.findall(r'(?:href|action|data-[a-z]+)="(/o/[^"#?]*)', page):
            try:
                doors.add(adapter.match(html.unescape(link), method="GET")[0])
            except HTTPException:
                continue
    wanted = {
        rule.endpoint
        for rule in sqlite_app.url_map.iter_rules()
        if rule.endpoint.startswith("organizer.") and "GET" in (rule.methods or ())
    }
    assert wanted - doors == set(WITHOUT_A_LINK)

"""Calendar files of companies: written for everybody who meets, with the identities that the mails carry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import vobject
from flask import Flask

from eventsapp.db import unit_of_work
from eventsapp.domain.values import Side
from eventsapp.services import agendas
from tests import make
from tests.publishing import meeting, publish


def test_every_company_with_meetings_gets_a_file(context: Flask, now: datetime, tmp_path: Path) -> None:
    settings = context.config["SETTINGS"]
    with unit_of_work():
        event = make.event(name="Encuentro Automotriz")
        org = event.organization
        buyer = make.registration(event, Side.BUYER, company=make.company(org, name="Nordwind Antriebe"))
        same_name = [make.registration(event, company=make.company(org, name="Galvánicos, Lerma")) for _ in range(2)]
        make.registration(event, company=make.company(org, name="Sin Reuniones"))
        assert agendas.export(event, tmp_path / "before", settings=settings) == []
        first, second = (meeting(buyer, supplier) for supplier in same_name)
        publish(event, [(first, 0, 0), (second, 1, 0)], now=now)
        publish(event, [(first, 2, 1), (second, 1, 0)], now=now)
        written = agendas.export(event, tmp_path / "agendas", settings=settings)
    assert {path.name for path in written} == {
        "nordwind-antriebe.ics",
        "galvanicos-lerma.ics",
        f"galvanicos-lerma-{same_name[0].folio}.ics",
    }
    read = vobject.readOne((tmp_path / "agendas" / "nordwind-antriebe.ics").read_text())
    assert [
        (event.uid.value, event.sequence.value, f"{event.dtstart.value:%H:%M}", event.summary.value)
        for event in read.vevent_list
    ] == [
        ("m-2@localhost", "0", "09:25", "Reunión con Galvánicos, Lerma · Mesa 1"),
        ("m-1@localhost", "1", "09:50", "Reunión con Galvánicos, Lerma · Mesa 2"),
    ]

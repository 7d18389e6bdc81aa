"""`inbox`: answers from files and from a pipe; a broken one stops no other and is kept for a person."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.cli.main import main
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Participation
from eventsapp.models import Invitation
from tests import make
from tests.calendars.replies import ics, mail
from tests.conftest import NOW
from tests.publishing import meeting, publish


@pytest.fixture
def person(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An invited person's address and the identity of the meeting."""
    settings = sqlite_app.config["SETTINGS"]
    for name, value in (("DATA_DIR", str(settings.data_dir)), ("SECRET_KEY", settings.secret_key)):
        monkeypatch.setenv(name, value)
    with sqlite_app.app_context(), unit_of_work():
        event = make.event()
        held = meeting(make.registration(event), make.registration(event))
        publish(event, [(held, 0, 0)], now=NOW)
        return held.a.desks[0].seats[0].delegate.email, held.uid


def answers(app: Flask) -> list[Participation | None]:
    with app.app_context():
        return [answer for answer in db.session.scalars(select(Invitation.answer)) if answer is not None]


def test_files_are_read_one_by_one(
    sqlite_app: Flask, person: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, uid = person
    good = mail(ics(uid=uid, attendee=address, partstat="DECLINED"), sender=address)
    for name, content in (("cut.eml", good[:700]), ("noise.eml", b"\xff\x00" * 99), ("good.eml", good)):
        (tmp_path / name).write_bytes(content)
    names = [str(tmp_path / name) for name in ("cut.eml", "noise.eml", "good.eml")]
    assert main(["inbox", "read", *names]) == 0
    told = capsys.readouterr().out
    assert f"{names[2]}: answer counted" in told
    assert told.count("kept as") == 2
    assert answers(sqlite_app) == [Participation.DECLINED]
    kept = sorted((sqlite_app.config["SETTINGS"].data_dir / "inbox").iterdir())
    assert {path.read_bytes() for path in kept} == {good[:700], b"\xff\x00" * 99}
    assert main(["inbox", "read", names[2]]) == 0
    assert "answer known counted" in capsys.readouterr().out


def test_a_pipe_and_a_missing_file(
    sqlite_app: Flask, person: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, uid = person
    content = mail(ics(uid=uid, attendee=address), sender=address)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["inbox", "read", "-"]) == 0
    assert answers(sqlite_app) == [Participation.ACCEPTED]
    assert main(["inbox", "read", "/nowhere/x.eml"]) == 75  # a mail server tries again
    assert main(["inbox", "list"]) == 0
    assert main(["inbox", "fetch"]) == 2
    assert "IMAP_URL is not set" in capsys.readouterr().err

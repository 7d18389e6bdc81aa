"""Handing mails over: to real SMTP servers that take, refuse, hang up or are absent, and into a folder."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from eventsapp.mail.delivery import Folder, Outlet, Postponed, Refused, Unreachable, outlet
from tests.mail.servers import CERTIFICATE, server
from tests.mailbox import read


def mail(to: str = "ana@example.com", subject: str = "Su agenda") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "agenda@encuentro.example", to, subject
    made["Message-ID"] = f"<{subject.encode().hex()}@localhost>"
    made.set_content("Mesa 12\n", cte="quoted-printable")
    return made


def deliver(target: Outlet, *mails: EmailMessage) -> list[str]:
    """What became of each mail."""
    answers = []
    for each in mails:
        try:
            target.deliver(each)
        except (Postponed, Refused, Unreachable) as error:
            answers.append(type(error).__name__)
        else:
            answers.append("sent")
    return answers


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize(("tls", "auth"), [("none", False), ("starttls", False), ("starttls", True), ("tls", False)])
def test_mails_go_over_one_connection(tls: str, auth: bool) -> None:
    with server(tls, auth=auth) as (handler, address):
        target = outlet(address)
        assert deliver(target, mail("ana@example.com"), mail("leo@example.com")) == ["sent", "sent"]
        target.close()
        assert handler.recipients == ["ana@example.com", "leo@example.com"]
        assert len(handler.sessions) == 1


def test_a_server_without_the_promised_encryption_gets_nothing() -> None:
    with server("none") as (handler, address):
        target = outlet(address.replace("tls=none", "tls=starttls"))
        assert deliver(target, mail()) == ["Unreachable"]
        assert handler.mails == []


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with server("starttls") as (handler, address):
        assert deliver(outlet(address), mail()) == ["Unreachable"]
        assert handler.mails == []


@pytest.mark.usefixtures("_trusted")
def test_a_wrong_password_is_the_server_s_matter_not_the_mail_s() -> None:
    with server("starttls", auth=True) as (_handler, address):
        assert deliver(outlet(address.replace("p%40ss", "wrong")), mail()) == ["Unreachable"]


def test_nobody_listens() -> None:
    with server() as (_handler, address):
        pass
    assert deliver(outlet(address), mail()) == ["Unreachable"]


def test_refusals_are_told_apart_and_the_next_mail_goes_out() -> None:
    with server() as (handler, address):
        handler.at_recipient = {"full@example.com": ["452 full"], "gone@example.com": ["550 no such user"]}
        handler.at_data = {
            "spam@example.com": ["554 spam"],
            "busy@example.com": ["451 later"],
            "bad@example.com": ["hang up"],
        }
        target = outlet(address)
        people = ["full", "gone", "spam", "busy", "bad", "ana"]
        assert deliver(target, *(mail(f"{person}@example.com") for person in people)) == [
            "Postponed",
            "Refused",
            "Refused",
            "Postponed",
            "Postponed",
            "sent",
        ]
        target.close()
        assert handler.recipients == ["ana@example.com"]


def test_a_closing_service_is_unreachable() -> None:
    with server() as (handler, address):
        handler.at_recipient = {"ana@example.com": ["421 closing"]}
        target = outlet(address)
        assert deliver(target, mail(), mail()) == ["Unreachable", "sent"]
        target.close()


def test_an_unknown_kind_of_encryption_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="tls=ssl3"):
        outlet("smtp://localhost?tls=ssl3")


def test_files_are_numbered_and_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    one, two = Folder(folder), Folder(folder)
    for number, target in enumerate([one, two, two, one], 1):
        target.deliver(mail(subject=f"Mesa {number}"))
    assert [found["Subject"] for found in read(folder)] == ["Mesa 1", "Mesa 2", "Mesa 3", "Mesa 4"]
    assert {path.name for path in folder.iterdir()} == {"1.eml", "2.eml", "3.eml", "4.eml"}


def test_a_folder_that_cannot_be_written_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    assert deliver(Folder(tmp_path / "mail"), mail()) == ["Unreachable"]

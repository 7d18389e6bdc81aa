"""Which mails a person may do without: every kind stands in exactly one of two lists; a new one is decided on."""

from __future__ import annotations

from eventsapp.app import packaged_or_top_level
from eventsapp.domain.notices import BY_HAND, NOTICES

NEEDED = {
    "account_exists",
    "arco_answered",
    "arco_received",
    "certificate_rejected",
    "company_invitation",
    "confirm_email",
    "invitation",
    "letter",
    "password_changed",
    "proposal_refused",
    "registration_approved",
    "registration_cancelled",
    "registration_changes_requested",
    "registration_promoted",
    "registration_received",
    "registration_rejected",
    "registration_waitlisted",
    "registration_withdrawn",
    "reset_password",
    "sign_in_link",
    "team_invitation",
}


def test_every_kind_of_mail_is_a_notice_or_needed() -> None:
    folder = packaged_or_top_level("templates") / "mail"
    kinds = {path.name.removesuffix(".subject.txt") for path in folder.glob("*.subject.txt")}
    assert kinds == NEEDED | NOTICES
    assert not NEEDED & NOTICES


def test_what_a_person_writes_is_not_a_notice() -> None:
    assert BY_HAND <= NEEDED

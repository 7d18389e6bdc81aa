"""Why a mail came back: what real servers say, and what only looks like a code."""

from __future__ import annotations

import pytest

from eventsapp.domain.refusals import Refusal, why


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("failed 5.1.1 smtp; 550 5.1.1 <ana@x.example>: Recipient address rejected: User unknown", "no_such_person"),
        ("failed 5.0.0 smtp; 550 5.1.1 no such user", "no_such_person"),
        ("failed 5.0.0 smtp; 550 no such user", "no_such_person"),
        ("550 no such user", "no_such_person"),
        ("failed 5.1.2 smtp; host or domain name not found", "no_such_domain"),
        ("failed 5.1.10 smtp; 556 5.1.10 domain does not accept mail", "no_such_domain"),
        ("failed 5.4.4 x", "no_such_domain"),
        ("failed 5.2.1 smtp; 550 5.2.1 the account is disabled", "mailbox_off"),
        ("failed 4.2.2 smtp; 452 4.2.2 over quota", "mailbox_full"),
        ("552 mailbox full", "mailbox_full"),
        ("failed 5.3.4 message too big", "too_large"),
        ("failed 5.7.26 smtp; 550 5.7.26 unauthenticated mail", "not_trusted"),
        ("failed 4.4.7 delivery time expired", "not_reached"),
        ("failed 5.9.9 smtp; 550 something of their own", None),
        ("554 transaction failed", None),
        ("connection lost: 15.1.1.2 does not answer", None),
        ("version 5.1.1.4 of the server", None),
        ("KeyError: 'day'", None),
        ("5" * 500, None),
        ("", None),
    ],
)
def test_what_a_server_says_has_a_reason_or_none(said: str, reason: str | None) -> None:
    assert why(said) == (Refusal(reason) if reason else None)

"""The links of the web calendars, letter by letter, and that they carry hostile texts unharmed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings

from eventsapp.calendars.invite import Invitation
from eventsapp.calendars.links import (
    google_copy,
    google_subscription,
    microsoft365_copy,
    microsoft365_subscription,
    outlook_com_copy,
    outlook_com_subscription,
    webcal,
    yahoo_copy,
)
from tests.calendars.samples import hostile_text, invitation

ITEM = invitation(summary="Reunión & café", description="Uno <b>\nDos", location="Mesa 12")
FEED = "https://encuentro.example/f/secreto_-9.ics"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            google_copy(ITEM),
            "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Reuni%C3%B3n%20%26%20caf%C3%A9"
            "&dates=20270302T153000Z/20270302T155000Z&ctz=America/Mexico_City&details=Uno%20%3Cb%3E%0ADos"
            "&location=Mesa%2012",
        ),
        (
            outlook_com_copy(ITEM),
            "https://outlook.live.com/calendar/deeplink/compose?path=/calendar/action/compose&rru=addevent"
            "&startdt=2027-03-02T15:30:00Z&enddt=2027-03-02T15:50:00Z&subject=Reuni%C3%B3n%20%26%20caf%C3%A9"
            "&body=Uno%20%26lt%3Bb%26gt%3B%3Cbr%3EDos&location=Mesa%2012",
        ),
        (
            yahoo_copy(ITEM),
            "https://calendar.yahoo.com/?v=60&TITLE=Reuni%C3%B3n%20%26%20caf%C3%A9&ST=20270302T153000Z"
            "&ET=20270302T155000Z&DESC=Uno%20%3Cb%3E%0ADos&in_loc=Mesa%2012",
        ),
        (webcal(FEED), "webcal://encuentro.example/f/secreto_-9.ics"),
        (
            google_subscription(FEED),
            "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fencuentro.example%2Ff%2Fsecreto_-9.ics",
        ),
        (
            outlook_com_subscription(FEED, "Agenda de Ana"),
            "https://outlook.live.com/calendar/0/addfromweb"
            "?url=https%3A%2F%2Fencuentro.example%2Ff%2Fsecreto_-9.ics&name=Agenda%20de%20Ana",
        ),
    ],
    ids=["google", "outlook", "yahoo", "webcal", "google subscription", "outlook subscription"],
)
def test_link(link: str, expected: str) -> None:
    assert link == expected


def test_the_two_outlooks_differ_in_their_host_only() -> None:
    assert microsoft365_copy(ITEM) == outlook_com_copy(ITEM).replace("outlook.live.com", "outlook.office.com")
    assert microsoft365_subscription(FEED, "A") == outlook_com_subscription(FEED, "A").replace("live.com", "office.com")


COPIES = (google_copy, outlook_com_copy, microsoft365_copy, yahoo_copy)


@pytest.mark.parametrize("copy", COPIES)
def test_the_personal_page_of_a_meeting_is_no_part_of_a_copy(copy: Callable[[Invitation], str]) -> None:
    assert copy(invitation(url="https://encuentro.example/personal-token")) == copy(invitation(url=""))
    assert "personal-token" not in copy(invitation(url="https://encuentro.example/personal-token"))


@pytest.mark.parametrize("copy", COPIES)
def test_a_long_description_does_not_make_an_endless_address(copy: Callable[[Invitation], str]) -> None:
    assert len(copy(invitation(description="x" * 100_000))) < 1500


@pytest.mark.parametrize("copy", COPIES)
@given(text=hostile_text)
@settings(deadline=None)
def test_hostile_texts_stay_in_their_parameter(copy: Callable[[Invitation], str], text: str) -> None:
    item = invitation(summary=f"R{text}", location=text)
    link = copy(item)
    assert link.isascii()
    assert not {" ", "+", "\n"} & set(link)
    plain = parse_qs(urlsplit(copy(invitation())).query)
    hostile = parse_qs(urlsplit(link).query)
    assert hostile.keys() - {"location", "in_loc"} == plain.keys() - {"location", "in_loc"}
    assert item.summary in {hostile.get(name, [""])[0] for name in ("text", "subject", "TITLE")}
    assert hostile.get("location", hostile.get("in_loc", [""])) == [item.location]

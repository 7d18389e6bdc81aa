"""What is kept of an invitation gives the same invitation, and the same bytes, again."""

import json

import pytest
from hypothesis import given, settings

from eventsapp.calendars.build import request
from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person
from eventsapp.calendars.record import from_dict, to_dict
from tests.calendars.samples import ANA, hostile_text, invitation


def kept(item: Invitation) -> Invitation:
    return from_dict(json.loads(json.dumps(to_dict(item))))


@pytest.mark.parametrize(
    "item",
    [
        invitation(),
        invitation(attendee=None),
        invitation(cancelled=True, sequence=3, conference="https://video.example/r", alarm_minutes=10, language="en"),
    ],
)
def test_an_invitation_comes_back(item: Invitation) -> None:
    assert kept(item) == item


@given(text=hostile_text)
@settings(deadline=None)
def test_any_text_comes_back(text: str) -> None:
    item = invitation(summary=f"R{text}", description=text, location=text, attendee=Person(text, ANA.address))
    assert kept(item) == item
    assert request(kept(item)) == request(item)


def test_a_record_is_checked_when_it_is_read() -> None:
    with pytest.raises(InvalidInvitation, match="end_not_after_start"):
        from_dict(to_dict(invitation()) | {"end": "2020-01-01T00:00:00+00:00"})

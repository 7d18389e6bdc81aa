"""Entity tags: strong, different for everything that differs, and compared as RFC 9110 §8.8.3 and §13.1.2 say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.calendars.versions import etag_matches, feed_etag

TAG = feed_etag("delegate-7", 12)


def test_a_tag_is_strong_and_stable() -> None:
    assert '"' + TAG.strip('"') + '"' == TAG
    assert len(TAG) == 34
    assert feed_etag("delegate-7", 12) == TAG


def test_every_owner_and_version_has_its_own_tag() -> None:
    pairs = [("delegate-7", 12), ("delegate-7", 13), ("delegate-8", 12), ("delegate-71", 2), ("delegate-7\n1", 2)]
    assert len({feed_etag(owner, version) for owner, version in pairs}) == len(pairs)


@pytest.mark.parametrize(
    "header",
    [TAG, f"W/{TAG}", f'"other", {TAG}', f'{TAG},"other"', f'  "a",W/"b" , W/{TAG}  ', "*", " * ", f'"a,b", {TAG}'],
)
def test_a_header_that_names_the_tag(header: str) -> None:
    assert etag_matches(header, TAG)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        '"other"',
        TAG.strip('"'),
        TAG[:-2] + '"',
        f'"x{TAG[1:]}',
        '"*"',
        "*, *",
        "W/*",
        '"unclosed',
        f"w/{TAG[:-1]}",
    ],
)
def test_a_header_that_does_not(header: str | None) -> None:
    assert not etag_matches(header, TAG)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_nonsense_matches_nothing_and_breaks_nothing(header: str) -> None:
    assert etag_matches(header, TAG) == (header.strip() == "*")

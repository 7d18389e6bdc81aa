"""How many requests a company may have open."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eventsapp.domain.errors import DomainError
from eventsapp.domain.quotas import quota, remaining, require_room
from eventsapp.domain.values import Side


@dataclass
class Limits:
    buyer_request_quota: int = 40
    supplier_request_quota: int = 15


def test_each_side_has_its_quota_and_both_the_larger() -> None:
    assert {side: quota(Limits(), side) for side in Side} == {Side.BUYER: 40, Side.SUPPLIER: 15, Side.BOTH: 40}
    assert quota(Limits(5, 15), Side.BOTH) == 15


def test_what_is_left_is_never_negative() -> None:
    assert [remaining(Limits(), Side.SUPPLIER, used) for used in (0, 14, 15, 20)] == [15, 1, 0, 0]


def test_a_full_quota_refuses_and_says_how_much() -> None:
    require_room(Limits(), Side.SUPPLIER, 14)
    with pytest.raises(DomainError) as caught:
        require_room(Limits(), Side.SUPPLIER, 15)
    assert (caught.value.code, caught.value.params) == ("quota_reached", {"quota": 15})

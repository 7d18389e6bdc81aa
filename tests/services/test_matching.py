"""What companies are compared by: requirements, capabilities, certificates; the short form stands in; gaps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from eventsapp.db import db
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import Affinity, affinity
from eventsapp.domain.scoring import Aspect
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus, Unit, Visibility
from eventsapp.domain.values import CertificateStage, RegistrationStatus, RequestStatus, Side, Verification
from eventsapp.models import Event, Registration
from eventsapp.services import candidates, matching, requests, requirements
from eventsapp.services import gaps as gaps_of
from tests import make, sourced
from tests.statements import counted


@pytest.fixture
def event(context: Flask) -> Event:
    return make.event()


def buyer(event: Event, *terms: str, **values: object) -> Registration:
    return make.registration(event, Side.BUYER, terms=list(terms), **values)  # type: ignore[arg-type]


def supplier(event: Event, *terms: str, **values: object) -> Registration:
    return make.registration(event, Side.SUPPLIER, terms=list(terms), **values)  # type: ignore[arg-type]


def test_the_short_form_alone_gives_the_affinity_of_terms(event: Event) -> None:
    one, other = buyer(event, "ALL-010", "ALL-020", "ALL-030"), supplier(event, "ALL-020", "ALL-090")
    assert matching.read_field(event).affinity(one.id, other.id) == affinity(one.terms, other.terms)
    assert matching.read_field(event).affinity(other.id, one.id) == Affinity(3, ("ALL-020",))


def test_a_requirement_and_a_capability_refine_it(event: Event) -> None:
    one, other = buyer(event, "ALL-090"), supplier(event, "ALL-090")
    sourced.requirement(one, annual_quantity=12_000, must_certificates=["CQI-11"])
    assert matching.read_field(event).level(one.id, other.id) == 2
    sourced.certificate(other, "CQI-11")
    sourced.capability(other, monthly_capacity=1000, utilisation_pct=50, verification=Verification.SITE_VISITED)
    found = matching.read_field(event).between(one.id, other.id)
    assert found is not None
    assert {part.aspect: part.share for part in found.parts} == {
        Aspect.TERMS: 1.0,
        Aspect.CAPACITY: 0.5,
        Aspect.VERIFICATION: 1.0,
    }
    assert (found.score, found.level, found.missing) == (89, 5, ())


def test_terms_that_no_requirement_names_still_count(event: Event) -> None:
    one, plating, rubber = buyer(event, "ALL-090", "ALL-180"), supplier(event, "ALL-090"), supplier(event, "ALL-180")
    sourced.requirement(one, must_certificates=["CQI-11"])
    field = matching.read_field(event)
    assert field.affinity(one.id, rubber.id) == Affinity(5, ("ALL-180",))
    assert field.affinity(one.id, plating.id) == Affinity(2, ("ALL-090",))


def test_capabilities_together_cover_a_requirement_of_two_processes(event: Event) -> None:
    one, other = buyer(event, "ALL-090"), supplier(event, "ALL-010")
    sourced.requirement(one, terms=["ALL-020", "ALL-090"])
    for code in ("ALL-020", "ALL-090"):
        sourced.capability(other, terms=[code])
    assert matching.read_field(event).affinity(one.id, other.id) == Affinity(5, ("ALL-020", "ALL-090"))


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({}, 5),
        ({"expires_on": date(2027, 3, 9)}, 5),
        ({"expires_on": date(2027, 3, 8)}, 2),
        ({"stage": CertificateStage.IN_PROGRESS}, 2),
        ({"verification": Verification.REJECTED}, 2),
        ({"ended_at": make.MADE_AT}, 2),
    ],
)
def test_a_certificate_counts_when_it_holds_on_the_first_day(
    event: Event, values: dict[str, object], level: int
) -> None:
    one, other = buyer(event, "ALL-090"), supplier(event, "ALL-090")
    sourced.requirement(one, must_certificates=["ISO-9001"])
    sourced.certificate(other, "ISO-9001", **values)
    assert matching.read_field(event).level(one.id, other.id) == level


def test_only_what_is_published_by_who_takes_part_counts(event: Event) -> None:
    one, other = buyer(event), supplier(event)
    gone = supplier(event, "ALL-090", status=RegistrationStatus.WITHDRAWN)
    hidden = sourced.requirement(one, status=RequirementStatus.IN_REVIEW)
    draft = sourced.capability(other, status=CapabilityStatus.DRAFT)
    field = matching.read_field(event)
    assert (field.between(one.id, other.id), field.between(one.id, gone.id)) == (None, None)
    hidden.status = RequirementStatus.PUBLISHED
    draft.status = CapabilityStatus.PUBLISHED
    db.session.flush()
    field = matching.read_field(event)
    assert field.level(one.id, other.id) == 5
    assert field.between(one.id, gone.id) is None


def test_companies_of_another_event_and_of_the_same_side_are_no_match(event: Event) -> None:
    one, other = buyer(event, "ALL-090"), buyer(event, "ALL-090")
    foreign = supplier(make.event(event.organization), "ALL-090")
    field = matching.read_field(event)
    assert (field.between(one.id, other.id), field.between(one.id, foreign.id)) == (None, None)


def test_two_who_buy_and_supply_match_in_both_directions(event: Event) -> None:
    one = make.registration(event, Side.BOTH, terms=["ALL-010"])
    other = make.registration(event, Side.BOTH, terms=["ALL-020"])
    sourced.requirement(other, terms=["ALL-180"])
    sourced.capability(one, terms=["ALL-180"])
    assert matching.read_field(event).affinity(one.id, other.id) == Affinity(5, ("ALL-180",))


def test_candidates_come_best_first_and_near_misses_by_what_fits_otherwise(event: Event) -> None:
    one = buyer(event)
    sourced.requirement(one, terms=["ALL-090", "ALL-020"], must_certificates=["CQI-11"])
    names = {}
    for name, terms, code in (
        ("Beta", ["ALL-090"], "CQI-11"),
        ("Alfa", ["ALL-090", "ALL-020"], "CQI-11"),
        ("Gama", ["ALL-090"], None),
        ("Delta", ["ALL-090", "ALL-020"], None),
        ("Nada", ["ALL-180"], None),
    ):
        made = supplier(event, *terms, company=make.company(event.organization, name=name))
        names[made.id] = name
        if code:
            sourced.certificate(made, code)
    found = candidates.list_candidates(one)
    assert [(one.name, one.affinity.level) for one in found] == [
        ("Alfa", 5),
        ("Beta", 3),
        ("Delta", 2),
        ("Gama", 2),
        ("Nada", 1),
    ]


def test_gaps_name_who_comes_near_and_what_is_missing(event: Event) -> None:
    one = buyer(event, company=make.company(event.organization, name="Planta"))
    plating = sourced.requirement(one, must_certificates=["CQI-11"], title="Zincado")
    rubber = sourced.requirement(one, terms=["ALL-180"], title="Hules")
    sourced.requirement(one, terms=["ALL-010"], title="Estampado")
    much = sourced.requirement(one, terms=["ALL-020"], annual_quantity=120_000, title="Maquinado")
    near, far = supplier(event, "ALL-090", "ALL-010"), supplier(event, "ALL-010", "ALL-020")
    sourced.capability(far, terms=["ALL-020"], monthly_capacity=1000)
    gaps = gaps_of.list_gaps(matching.read_field(event))
    assert [
        (gap.title, gap.company, gap.missing, [party.registration_id for party, _ in gap.near]) for gap in gaps
    ] == [
        (plating.title, "Planta", ("CQI-11",), [near.id]),
        (rubber.title, "Planta", (), []),
        (much.title, "Planta", (), [far.id]),
    ]
    sourced.certificate(near, "CQI-11")
    assert [gap.title for gap in gaps_of.list_gaps(matching.read_field(event), of=one.id)] == ["Hules", "Maquinado"]
    assert gaps_of.list_gaps(matching.read_field(event), of=near.id) == []


def test_a_run_and_a_page_use_the_same_level(event: Event) -> None:
    one, other = buyer(event, "ALL-090"), supplier(event, "ALL-090")
    sourced.requirement(one, must_certificates=["CQI-11"], unit=Unit.TONNES)
    make.request(other, one, status=RequestStatus.ACCEPTED)
    [pair] = requests.list_pairs(event)
    [candidate] = candidates.list_candidates(one)
    assert (pair.affinity, candidate.affinity.level) == (2, 2)


def test_reading_is_flat_in_statements(event: Event, context: Flask) -> None:
    counts = []
    one = buyer(event, "ALL-090")
    for more in (1, 4):
        for _ in range(more):
            sourced.requirement(one)
            made = supplier(event, "ALL-090")
            sourced.capability(made)
            sourced.certificate(made, "ISO-9001")
        db.session.flush()
        with counted(context) as sent:
            candidates.list_candidates(one)
            gaps_of.list_gaps(matching.read_field(event))
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 12


def test_requirements_end_with_their_event_or_their_date(event: Event, now: datetime) -> None:
    one = buyer(event)
    today = now.date()
    late = sourced.requirement(one, target_start=today - timedelta(days=2))
    starts, open_ = sourced.requirement(one, target_start=today), sourced.requirement(one)
    draft = sourced.requirement(one, target_start=today - timedelta(days=9), status=RequirementStatus.DRAFT)
    rows = (late, starts, open_, draft)
    assert [requirements.expire(now=now) for _ in range(2)] == [1, 0]
    expired, published = RequirementStatus.EXPIRED, RequirementStatus.PUBLISHED
    assert [row.status for row in rows] == [expired, published, published, RequirementStatus.DRAFT]
    assert {need.key for need in matching.read_field(event).parties[one.id].needs} == {starts.id, open_.id}
    account = one.delegates[0].account
    assert account is not None
    with pytest.raises(DomainError, match="target_passed"):
        requirements.publish(late, Visibility.APPROVED, actor=make.actor(account), now=now)
    assert requirements.expire(now=event.ends_at) == 2
    assert [row.status for row in rows] == [expired, expired, expired, RequirementStatus.DRAFT]

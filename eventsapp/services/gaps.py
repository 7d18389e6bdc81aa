"""What nobody covers: the published requirements without a supplier, who comes near, and what those lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from eventsapp.domain import scoring
from eventsapp.domain.matching import folded
from eventsapp.domain.scoring import Index, Match, Need, Offer
from eventsapp.services.matching import Field, Party

NEAR_MISSES = 5


@dataclass(frozen=True)
class Gap:
    """A requirement without a supplier that covers it; `offers` are those with a term of it, and whose they are."""

    requirement_id: UUID
    title: str
    company: str
    registration_id: UUID
    need: Need
    offers: tuple[tuple[Party, Offer], ...]

    @property
    def is_alone(self) -> bool:
        """Does nobody do anything of it?"""
        return not self.offers

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The must-certificates that those lack who do all of it, or some of it where nobody does all.

        The most frequent first, each company counted once.
        """
        if not self.need.musts:
            return ()
        whole = [pair for pair in self.offers if self.need.term_set <= pair[1].term_set]
        firms = {party.registration_id: offer.firm for party, offer in whole or self.offers}
        counts = Counter(code for firm in firms.values() for code in scoring.missing_certificates(self.need, firm))
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    @cached_property
    def near(self) -> tuple[tuple[Party, Match], ...]:
        """The few companies that come nearest, each once with its best offer, the best first."""
        best: dict[UUID, tuple[Party, Match]] = {}
        for party, offer in self.offers:
            match = scoring.match(self.need, offer)
            known = best.get(party.registration_id)
            if match is not None and (known is None or known[1].open_score < match.open_score):
                best[party.registration_id] = party, match
        return tuple(sorted(best.values(), key=_nearness)[:NEAR_MISSES])


def list_gaps(found: Field, *, of: UUID | None = None) -> list[Gap]:
    """The published requirements that no company covers, those of one registration or of all, in the order read."""
    owners = {id(offer): party for party in found.parties.values() for offer in party.offers}
    index = Index([offer for party in found.parties.values() for offer in party.offers])
    gaps = []
    for party in found.parties.values():
        if of is not None and party.registration_id != of:
            continue
        for need in party.needs:
            if need.is_general:
                continue
            whole = [offer for offer in index.whole(need) if owners[id(offer)] is not party]
            if not any(scoring.covers(need, offer) for offer in whole):
                offers = tuple((owners[id(offer)], offer) for offer in index.offers(need))
                others = tuple(pair for pair in offers if pair[0] is not party)
                title = found.titles[need.key]
                gaps.append(Gap(need.key, title, party.name, party.registration_id, need, others))
    return gaps


def list_matches(found: Field, requirement_id: UUID) -> list[tuple[Party, Match]]:
    """How each company covers a requirement, each once with its best offer, the best first."""
    for party in found.parties.values():
        for need in party.needs:
            if need.key == requirement_id and not need.is_general:
                return _best_of_each(need, [other for other in found.parties.values() if other is not party])
    return []


def _nearness(entry: tuple[Party, Match]) -> tuple[int, tuple[str, ...], str]:
    party, match = entry
    return -match.open_score, match.missing, party.name


def _best_of_each(need: Need, parties: Iterable[Party]) -> list[tuple[Party, Match]]:
    best = [
        (party, match)
        for party in parties
        if (match := scoring.best(m for offer in party.offers if (m := scoring.match(need, offer)))) is not None
    ]
    return sorted(best, key=lambda one: (-one[1].score, -one[1].open_score, folded(one[0].name)))

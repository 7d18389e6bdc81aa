"""One company as another one may see it: its profile, what it seeks and offers, and why the two fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import g
from flask.typing import ResponseReturnValue

from eventsapp.domain import certifications, deadlines, scoring
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.matching import is_buyer_side
from eventsapp.domain.scian import industries
from eventsapp.domain.scoring import Match
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Registration, StoredFile
from eventsapp.services import candidates, directory, exclusions, files, matching, request_lists
from eventsapp.services.candidates import Candidate, Relation
from eventsapp.services.directory import Profile
from eventsapp.services.matching import Field
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.find import shown_filters
from eventsapp.web.company.frame import company_page
from eventsapp.web.company.profile import sent
from eventsapp.web.company.profile_words import TIER
from eventsapp.web.company.requirements_forms import DeliveryForm, OfferForm, PlantForm, SupplierForm, VolumeForm
from eventsapp.web.sourcing_words import told

DETAIL = ("description", *VolumeForm.names(), *DeliveryForm.names(), *SupplierForm.names()[2:])
OFFERED = [name for name in (*OfferForm.names()[2:], *PlantForm.names()) if name != "main_customers"]
SHOWN_MATCHES = 6


@dataclass(frozen=True)
class View:
    """A registration that looks at a company; without a candidate it looks at itself."""

    registration: Registration
    profile: Profile
    field: Field
    candidate: Candidate | None

    @property
    def scope(self) -> Scope:
        """Whose this is: that of who looks."""
        return self.registration.scope


def view_of(event_code: str, registration_id: UUID) -> View | None:
    """A company that the actor's own one may meet, or itself."""
    mine = loaders.my_registration(event_code)
    if mine is None or mine.status is not RegistrationStatus.APPROVED:
        return None
    field = matching.read_field(mine.event, (), (mine.id, registration_id))
    others = candidates.candidates_in(field, mine)
    candidate = next((one for one in others if one.registration_id == registration_id), None)
    if candidate is None and registration_id != mine.id:
        return None
    profile = directory.find_profile(mine.event, registration_id)
    return View(mine, profile, field, candidate) if profile is not None else None


@dataclass(frozen=True)
class Logo:
    """The logo of a company, as one that may meet it sees it."""

    registration: Registration
    file: StoredFile

    @property
    def scope(self) -> Scope:
        """Whose this is: that of who looks."""
        return self.registration.scope


def logo_of(event_code: str, registration_id: UUID, file_id: UUID) -> Logo | None:
    """The logo that a company has now."""
    mine = loaders.my_registration(event_code)
    if mine is None or mine.status is not RegistrationStatus.APPROVED:
        return None
    field = matching.read_field(mine.event, (), (mine.id, registration_id))
    seen = [mine.id, *(one.registration_id for one in candidates.candidates_in(field, mine))]
    party = field.parties.get(registration_id)
    if party is None or registration_id not in seen or party.logo_id != file_id:
        return None
    file = files.find_of(party.company_id, file_id)
    return Logo(mine, file) if file is not None else None


@bp.get("/e/<event_code>/empresas/<uuid:registration_id>")
@requires(Permission.REQUEST_READ, load=view_of)
def company(view: View) -> ResponseReturnValue:
    """The card of a company."""
    mine, profile, candidate = view.registration, view.profile, view.candidate
    event, other = mine.event, profile.registration
    has_agreed = candidate is not None and candidate.relation is Relation.AGREED
    matches = _matches(view)
    industry = industries().get(other.company.scian_code or "")
    return company_page(
        "company/company.html",
        mine,
        "find",
        other=other,
        firm=other.company,
        industry=industry.title if industry else "",
        tier=TIER[other.company.tier] if other.company.tier else "",
        candidate=candidate,
        is_buying=candidate is not None and is_buyer_side(mine.side, other.side),
        matches=matches,
        certificates=[
            {
                "row": row,
                "name": certifications.certification_name(row.certification_code, row.other_name),
                "state": certifications.state(row.stage, row.verification, row.expires_on, now().date()),
            }
            for row in profile.certificates
        ],
        requirements=[
            {
                "row": row,
                "is_whole": candidate is None or directory.is_detail_shown(row, has_agreed=has_agreed),
                "facts": told(row, DETAIL),
                "sure": told(row, directory.ALWAYS_SHOWN),
            }
            for row in profile.requirements
        ],
        capabilities=[{"row": row, "facts": told(row, OFFERED)} for row in profile.capabilities],
        contacts=_contacts(mine, other) if has_agreed else [],
        has_agreed=has_agreed,
        hint=exclusions.find_reasons(mine).get(other.id, "") if candidate is not None else "",
        shown=shown_filters(),
        is_open=deadlines.are_requests_open(event, now(), is_team=g.actor.is_standing_in),
    )


@bp.get("/e/<event_code>/empresas/<uuid:registration_id>/logotipo/<uuid:file_id>")
@requires(Permission.REQUEST_READ, load=logo_of)
def company_logo(found: Logo) -> FlaskResponse:
    """The logo of a company, for those that may meet it; its address changes with the picture."""
    answer = sent(found.file)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _matches(view: View) -> list[dict[str, Any]]:
    """The best match for each need of the two, the best first, with the titles of what is compared."""
    if view.candidate is None:
        return []
    mine, party = view.field.parties[view.registration.id], view.candidate.party
    by_need: dict[UUID, list[Match]] = {}
    for match in matching.matches_between(mine, party):
        by_need.setdefault(match.need.key, []).append(match)
    best = scoring.ranked(found for each in by_need.values() if (found := scoring.best(each)) is not None)
    titles = view.field.titles
    return [
        {"match": match, "need": titles.get(match.need.key, ""), "offer": titles.get(match.offer.key, "")}
        for match in best[:SHOWN_MATCHES]
    ]


def _contacts(mine: Registration, other: Registration) -> list[Any]:
    """Who represents the other company; only asked once a meeting is agreed."""
    rows = [*request_lists.list_sent(mine), *request_lists.list_answered(mine)]
    between = [row for row in rows if other.id in (row.from_id, row.to_id)]
    return request_lists.list_contacts(between, of=mine).get(other.id, [])

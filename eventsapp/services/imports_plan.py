"""How each row becomes what it stands for: a new company, another job title, nothing at all, or a reason why not.

Natural keys make an import repeatable: the tax number or else the name of a company, the address of a delegate, the
number or else the title of a requirement, the pair of a request. Empty cells leave what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from eventsapp.domain import company_size, matching
from eventsapp.domain.registering import MAX_DELEGATES, Step
from eventsapp.domain.sheet_words import key
from eventsapp.domain.sheets import Row, SheetNoun
from eventsapp.domain.sourcing import MAX_PER_OWNER, RequirementKind, RequirementStatus
from eventsapp.domain.values import (
    Preference,
    RegistrationSource,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    Side,
)
from eventsapp.models import Company, Delegate, Registration, Request, Requirement
from eventsapp.services.imports_book import Book, Known

OF_COMPANY = (
    "name", "legal_name", "tax_id", "country", "state", "city", "postal_code", "website", "description",
    "cluster_codes", "scian_code", "size_sector", "workers", "annual_sales_mxn", "tier", "founded_year", "ownership",
    "is_women_led", "export_markets", "languages", "group_name",
)  # fmt: skip
OF_REGISTRATION = ("side", "terms", "offer", "min_meetings", "max_meetings", "priority")
OF_DELEGATE = ("name", "job_title", "phone", "locale", "department", "decision_power", "languages", "is_company_admin")
OF_REQUEST = ("preference", "rank", "message")
NOT_OF_REQUIREMENT = frozenset({"company", "status"})
LOCALES = {"es": "es_MX", "en": "en"}
ASKING = frozenset({RequestStatus.SENT, RequestStatus.ACCEPTED})
MOST_SUGGESTIONS = 100
WAITS = "side_full"


class Change(StrEnum):
    """What a row comes to."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


class Planner:
    """Takes rows into a book, one after the other; knows which keys were there before."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Any, ...], tuple[str, int, int]] = {}
        self._suggested = 0
        self._plans: Mapping[SheetNoun, Callable[[Book, Row], Change]] = {
            SheetNoun.COMPANIES: self._company,
            SheetNoun.DELEGATES: self._delegate,
            SheetNoun.REQUIREMENTS: self._requirement,
            SheetNoun.REQUESTS: self._request,
        }

    def prepare(self, book: Book, rows: Iterable[Row]) -> None:
        """Look up at once what these rows will need."""
        book.know_accounts(row.values["email"] for row in rows if "email" in row.values)
        book.know_fully(
            (row.values.get("tax_id", ""), row.values.get("name", ""))
            for row in rows
            if row.noun is SheetNoun.COMPANIES and not row.is_wrong
        )

    def plan(self, book: Book, row: Row) -> Change:
        """Take a row into the book; one with a problem that is no warning leaves the book as it was."""
        if row.is_wrong:
            return Change.WRONG
        return self._plans[row.noun](book, row)

    # Companies --------------------------------------------------------------------------------------------------------

    def _company(self, book: Book, row: Row) -> Change:
        values = row.values
        company = _known_company(book, row)
        registration = book.registrations.get(company["id"]) if company is not None else None
        mark = ("company", values.get("tax_id") or key(values["name"]))
        if self._is_twice(row, mark) or _is_impossible(book, row, registration):
            return Change.WRONG
        given = {name: values[name] for name in OF_COMPANY if name in values}
        change = Change.SAME
        if company is None:
            company = book.add_company(**given, size_class=_size_class(book, given))
            change = Change.CREATED
        elif changes := _changes(company, given):
            book.writes.change(Company, company, **changes)
            book.writes.change(Company, company, size_class=_size_class(book, company))
            book.renamed(company)
            change = Change.CHANGED
        registered = self._registration(book, row, company, registration)
        return registered if registered is not Change.SAME and change is not Change.CREATED else change

    def _registration(self, book: Book, row: Row, company: Known, registration: Known | None) -> Change:
        given = {name: row.values[name] for name in OF_REGISTRATION if name in row.values}
        status = row.values.get("status")
        if registration is None:
            status = _first_registration_status(book, row)
            is_sent = status is not RegistrationStatus.DRAFT
            registration = book.add_registration(
                company,
                status=status,
                source=RegistrationSource.IMPORT,
                steps_done=[Step.COMPANY.value, *([Step.TERMS.value] if given.get("terms") else [])],
                submitted_at=book.now if is_sent else None,
                waitlisted_at=book.now if status is RegistrationStatus.WAITLISTED else None,
                decided_at=book.now if status is RegistrationStatus.APPROVED else None,
                decided_by_id=book.actor.account_id if status is RegistrationStatus.APPROVED else None,
                version=1,
                **given,
            )
            book.desk(registration, row.values.get("desks", 1))
            book.record("registration.imported", Registration, registration, company=company["name"])
            return Change.CREATED
        if status is not None and status is not registration["status"]:
            row.warn("status_kept", "status")
        changes = _changes(registration, given)
        if "side" in changes and registration["status"] is RegistrationStatus.APPROVED:
            book.taken[registration["side"]] -= 1
            book.taken[changes["side"]] += 1
        if "desks" in row.values and book.has_fewer_desks(registration, row.values["desks"]):
            book.desk(registration, row.values["desks"])
            changes["saved_at"] = book.now
        if not changes:
            return Change.SAME
        book.writes.change(Registration, registration, **changes)
        fields = sorted(changes.keys() - {"saved_at"})
        book.record("registration.imported", Registration, registration, company=company["name"], fields=fields)
        return Change.CHANGED

    # Delegates --------------------------------------------------------------------------------------------------------

    def _delegate(self, book: Book, row: Row) -> Change:
        values = row.values
        registration = self._participant(book, row, "company")
        if registration is None or self._is_twice(row, ("delegate", registration["id"], values["email"])):
            return Change.WRONG
        given = {name: values[name] for name in OF_DELEGATE if name in values}
        if "locale" in given:
            given["locale"] = LOCALES[given["locale"]]
        people = book.delegates(registration["company_id"])
        person = people.get(values["email"])
        change = Change.SAME
        if person is None:
            if sum(1 for one in people.values() if one["ended_at"] is None) >= MAX_DELEGATES:
                row.refuse("too_many_delegates", "company", most=MAX_DELEGATES)
                return Change.WRONG
            person = book.writes.add(
                Delegate,
                company_id=registration["company_id"],
                account_id=book.account_id(values["email"]),
                email=values["email"],
                ended_at=None,
                created_at=book.now,
                **given,
            )
            people[values["email"]] = person
            change = Change.CREATED
        else:
            changes = _changes(person, given)
            if person["ended_at"] is not None:
                changes |= {"ended_at": None, "account_id": book.account_id(values["email"]), "feed_digest": None}
            if changes:
                book.writes.change(Delegate, person, **changes)
                change = Change.CHANGED
        if "desk" in values or not book.is_seated(registration, person):
            sat = book.seat(book.desk(registration, values.get("desk", 1)), person)
            change = Change.CHANGED if sat and change is Change.SAME else change
        if Step.DELEGATES.value not in registration["steps_done"]:
            done = {*registration["steps_done"], Step.DELEGATES.value}
            steps = [step.value for step in Step if step.value in done]
            book.writes.change(Registration, registration, steps_done=steps)
        if change is not Change.SAME:
            book.record("delegate.imported", Delegate, person, company=_name(book, registration))
        return change

    # Requirements -----------------------------------------------------------------------------------------------------

    def _requirement(self, book: Book, row: Row) -> Change:
        values = row.values
        registration = self._participant(book, row, "company")
        if registration is None:
            return Change.WRONG
        if registration["side"] is Side.SUPPLIER:
            row.refuse("not_a_buyer", "company")
            return Change.WRONG
        theirs = book.requirements(registration)
        known = _known_requirement(theirs, values)
        mark = ("requirement", registration["id"], known["id"] if known else key(values["title"]))
        if self._is_twice(row, mark):
            return Change.WRONG
        given = {name: value for name, value in values.items() if name not in NOT_OF_REQUIREMENT}
        status = values.get("status")
        if known is not None:
            if status is not None and status is not known["status"]:
                row.warn("status_kept", "status")
            changes = _changes(known, given)
            if not changes:
                return Change.SAME
            book.writes.change(Requirement, known, **changes, saved_at=book.now)
            book.record("requirement.imported", Requirement, known, company=_name(book, registration))
            return Change.CHANGED
        if len(theirs) >= MAX_PER_OWNER:
            row.refuse("too_many_requirements", "company", most=MAX_PER_OWNER)
            return Change.WRONG
        status = status or RequirementStatus.PUBLISHED
        given.setdefault("number", max((one["number"] for one in theirs), default=0) + 1)
        given.setdefault("kind", RequirementKind.DIRECT_MATERIAL)
        made = book.writes.add(
            Requirement,
            registration_id=registration["id"],
            status=status,
            published_at=book.now if status is RequirementStatus.PUBLISHED else None,
            saved_at=book.now,
            created_at=book.now,
            version=1,
            **given,
        )
        theirs.append(made)
        book.record("requirement.imported", Requirement, made, company=_name(book, registration))
        return Change.CREATED

    # Requests ---------------------------------------------------------------------------------------------------------

    def _request(self, book: Book, row: Row) -> Change:
        values = row.values
        from_ = self._participant(book, row, "from_company")
        to = self._participant(book, row, "to_company")
        if from_ is None or to is None or self._is_twice(row, ("request", from_["id"], to["id"])):
            return Change.WRONG
        known = book.request(from_["id"], to["id"])
        given: dict[str, Any] = {name: values[name] for name in OF_REQUEST if name in values}
        if known is not None:
            return _changed_request(book, row, known, given)
        if not _may_ask(book, row, from_, to):
            return Change.WRONG
        given.setdefault("preference", Preference.WANT)
        status = _first_status(row, given["preference"])
        if status is None:
            return Change.WRONG
        theirs = book.request(to["id"], from_["id"])
        crosses = theirs is not None and theirs["status"] in ASKING and status in ASKING
        if crosses and theirs is not None:
            status = RequestStatus.ACCEPTED
            if theirs["status"] is not RequestStatus.ACCEPTED:
                book.writes.change(Request, theirs, status=status, answered_at=book.now, expires_at=None)
        is_answered = status in {RequestStatus.ACCEPTED, RequestStatus.DECLINED}
        waits = timedelta(hours=book.event.request_expiry_hours)
        made = book.add_request(
            from_["id"],
            to["id"],
            status=status,
            origin=RequestOrigin.IMPORT,
            answered_at=book.now if is_answered else None,
            expires_at=max(book.now, book.event.requests_open_at) + waits if status is RequestStatus.SENT else None,
            **given,
        )
        names = {"from_company": _name(book, from_), "to_company": _name(book, to)}
        book.record("request.imported", Request, made, **names)
        return Change.CREATED

    # Parts ------------------------------------------------------------------------------------------------------------

    def _participant(self, book: Book, row: Row, column: str) -> Known | None:
        """The registration that a cell means; otherwise the row is refused, with a company of a similar name."""
        typed = row.values[column]
        found = book.find_participants(typed)
        if len(found) == 1:
            return found[0]
        if found:
            row.refuse("company_doubtful", column, count=len(found))
            return None
        self._suggested += 1
        near = book.find_alike(typed) if self._suggested <= MOST_SUGGESTIONS else None
        if near is not None:
            row.refuse("company_near", column, near=near)
        else:
            row.refuse("company_absent", column)
        return None

    def _is_twice(self, row: Row, mark: tuple[Any, ...]) -> bool:
        """Was this key there before? The same values again are only worth a warning."""
        said = hash(repr(sorted(row.values.items())))
        sheet, number, said_first = self._seen.setdefault(mark, (row.sheet, row.number, said))
        if (sheet, number) == (row.sheet, row.number):
            return False
        if said_first == said:
            row.warn("row_repeated", "", sheet=sheet, row=number)
            return False
        row.refuse("row_twice", "", sheet=sheet, row=number)
        return True


def _known_company(book: Book, row: Row) -> Known | None:
    """The company that a row is about: by its tax number, else the one of that name without another number."""
    tax_id = row.values.get("tax_id", "")
    by_number = book.find_by_tax_id(tax_id)
    if by_number is not None:
        return by_number
    for company in book.list_by_name(row.values["name"]):
        if company.get("tax_id", "") in {"", tax_id} or not tax_id:
            return company
        row.warn("name_with_other_tax_id", "name")
    return None


def _is_impossible(book: Book, row: Row, registration: Known | None) -> bool:
    """Is there something about this row that a registration cannot have? Then the row says so."""
    values = row.values
    if registration is None and "side" not in values:
        row.refuse("cell_empty", "side")
    known = registration or {}
    changes_side = bool(known) and values.get("side", known["side"]) is not known["side"]
    if changes_side and book.has_requests(known):
        row.refuse("side_in_use", "side")
    elif changes_side and known["status"] is RegistrationStatus.APPROVED and not book.has_place(values["side"]):
        row.refuse("no_place", "side")
    most = values.get("max_meetings", known.get("max_meetings"))
    if most is not None and values.get("min_meetings", known.get("min_meetings", 0)) > most:
        row.refuse("minimum_over_maximum", "min_meetings")
    return row.is_wrong


def _first_registration_status(book: Book, row: Row) -> RegistrationStatus:
    """What a new registration begins as: approved, unless the sheet says something else or its side is full."""
    status: RegistrationStatus = row.values.get("status", RegistrationStatus.APPROVED)
    if status is RegistrationStatus.APPROVED and not book.has_place(row.values["side"]):
        row.warn(WAITS, "side")
        return RegistrationStatus.WAITLISTED
    return status


def _size_class(book: Book, known: Mapping[str, Any]) -> Any:
    sector = known.get("size_sector") or company_size.sector_of(known.get("scian_code"))
    size = company_size.size_of(sector, known.get("workers"), known.get("annual_sales_mxn"), book.now.date())
    return size.size_class if size is not None else None


def _known_requirement(theirs: list[Known], values: Mapping[str, Any]) -> Known | None:
    if "number" in values:
        return next((one for one in theirs if one["number"] == values["number"]), None)
    return next((one for one in theirs if key(one["title"]) == key(values["title"])), None)


def _may_ask(book: Book, row: Row, from_: Known, to: Known) -> bool:
    if from_["id"] == to["id"] or not matching.may_meet(from_["side"], to["side"]):
        row.refuse("sides_cannot_meet", "to_company")
    elif book.are_apart(from_["id"], to["id"]):
        row.refuse("companies_apart", "to_company")
    else:
        for column, one in (("from_company", from_), ("to_company", to)):
            if one["status"] is not RegistrationStatus.APPROVED:
                row.refuse("company_not_approved", column)
    return not row.is_wrong


def _first_status(row: Row, preference: Preference) -> RequestStatus | None:
    is_note = preference in {Preference.OPEN, Preference.NO}
    status: RequestStatus = row.values.get("status", RequestStatus.NOTED if is_note else RequestStatus.SENT)
    if is_note is not (status is RequestStatus.NOTED):
        row.refuse("status_of_preference", "status")
        return None
    return status


def _changed_request(book: Book, row: Row, known: Known, given: dict[str, Any]) -> Change:
    notes = {Preference.OPEN, Preference.NO}
    if ("preference" in given) and (given["preference"] in notes) is not (known["preference"] in notes):
        row.refuse("preference_kept", "preference")
        return Change.WRONG
    if row.values.get("status", known["status"]) is not known["status"]:
        row.warn("status_kept", "status")
    changes = _changes(known, given)
    if not changes:
        return Change.SAME
    book.writes.change(Request, known, **changes)
    book.record("request.imported", Request, known, fields=sorted(changes))
    return Change.CHANGED


def _changes(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given and not yet so."""
    return {name: value for name, value in given.items() if known.get(name) != value}


def _name(book: Book, registration: Known) -> str:
    return str(book.companies[registration["company_id"]]["name"])

"""Registrations: from the first draft to sent, with people, desks, terms and rounds; and two people at one form."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.registering import Consent
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Account, AuditEntry, Event, OutboxMessage, Registration
from eventsapp.services import companies, directory, events, registrations
from eventsapp.services.companies import CompanyAnswers, DelegateAnswers
from eventsapp.services.registrations import AvailabilityAnswers, DeskAnswers, DesksAnswers, TermsAnswers
from tests import make

Status = RegistrationStatus
COMPANY = CompanyAnswers("Galvánicos Lerma", "Galvánicos Lerma S.A.", "XAXX010101000", "MX", "Guanajuato", "León")


def start(event: Event, account: Account, now: datetime, side: Side = Side.SUPPLIER) -> Registration:
    return registrations.start(
        event,
        side=side,
        company=None,
        company_name="Galvánicos Lerma",
        account=account,
        actor=make.actor(account),
        now=now,
    )


def refusal(call: object, *args: object, **kwargs: object) -> str:
    assert callable(call)
    with pytest.raises(DomainError) as error:
        call(*args, **kwargs)
    return error.value.code


@pytest.fixture
def draft(context: Flask, now: datetime) -> Registration:
    """A draft of a supplier at an event of six rounds, with the person who began it."""
    return start(make.event(), make.account(), now)


@pytest.fixture
def me(draft: Registration) -> Actor:
    """The person who began the draft."""
    account = draft.delegates[0].account
    assert account is not None
    return make.actor(account)


def complete(draft: Registration, me: Actor, now: datetime) -> None:
    registrations.save_company(
        draft, COMPANY, seen=edition(companies.answers_of(draft.company)), is_complete=True, actor=me, now=now
    )
    person = draft.delegates[0]
    stored = companies.delegate_answers_of(person)
    whole = DelegateAnswers(person.name, "Ventas", person.email, "+52 477 123 4567")
    registrations.change_delegate(draft, person, whole, seen=edition(stored), actor=me, now=now)
    registrations.finish_delegates(draft, actor=me, now=now)
    registrations.save_terms(
        draft,
        TermsAnswers(("ALL-020", "ALL-090"), "Zincado"),
        seen=edition(registrations.terms_of(draft)),
        is_complete=True,
        actor=me,
        now=now,
    )
    everything = registrations.availability_of(draft)
    registrations.save_availability(draft, everything, seen=edition(everything), actor=me, now=now)


def test_a_start_makes_company_delegate_desk_and_number(context: Flask, now: datetime) -> None:
    event, account = make.event(), make.account(name="Ana Ríos")
    made = start(event, account, now)
    assert (made.number, made.side, made.status, made.company.name) == (
        1,
        Side.SUPPLIER,
        Status.DRAFT,
        "Galvánicos Lerma",
    )
    assert made.company.organization is event.organization
    [person] = made.delegates
    assert (person.name, person.email, person.account, person.is_company_admin) == (
        "Ana Ríos",
        account.email,
        account,
        True,
    )
    assert start(event, make.account(), now).number == 2


def test_a_person_has_one_registration_at_an_event(draft: Registration, now: datetime) -> None:
    account = draft.delegates[0].account
    assert account is not None
    assert start(draft.event, account, now, Side.BUYER) is draft


def test_a_company_that_the_organizer_knows_is_chosen_not_made_again(context: Flask, now: datetime) -> None:
    first = make.registration(make.event())
    account = first.delegates[0].account
    assert account is not None
    second_event = make.event(first.event.organization)
    assert companies.list_of(account, second_event.organization) == [first.company]
    second = registrations.start(
        second_event,
        side=Side.BUYER,
        company=first.company,
        company_name="",
        account=account,
        actor=make.actor(account),
        now=now,
    )
    assert second.company is first.company
    assert second.delegates == first.delegates


def test_a_foreign_company_cannot_be_registered(context: Flask, now: datetime) -> None:
    foreign = make.registration(make.event()).company
    event, account = make.event(foreign.organization), make.account()
    code = refusal(
        registrations.start,
        event,
        side=Side.BUYER,
        company=foreign,
        company_name="",
        account=account,
        actor=make.actor(account),
        now=now,
    )
    assert code == "forbidden"


def test_outside_its_dates_nobody_registers(context: Flask, now: datetime) -> None:
    event = make.event()
    late = event.registration_closes_at
    assert refusal(start, event, make.account(), late) == "registration_closed"


def test_all_steps_then_send(draft: Registration, me: Actor, now: datetime) -> None:
    assert refusal(registrations.submit, draft, consents=[], actor=me, now=now) == "registration_incomplete"
    complete(draft, me, now)
    assert draft.steps_done == ["company", "delegates", "terms", "availability"]
    registrations.submit(draft, consents=[Consent.PHOTOS, Consent.DIRECTORY], actor=me, now=now)
    assert (draft.status, draft.submitted_at, draft.consents) == (Status.SUBMITTED, now, ["directory", "photos"])
    [mail] = db.session.scalars(select(OutboxMessage))
    assert (mail.kind, mail.to_address) == ("registration_received", draft.delegates[0].email)
    assert mail.fields == {"company": "Galvánicos Lerma", "folio": "0001", "side": "supplier", "reason": ""}
    acts = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == draft.id)))
    assert acts == {
        "registration.started",
        "registration.company_changed",
        "registration.terms_changed",
        "registration.availability_changed",
        "registration.submitted",
    }
    assert refusal(registrations.submit, draft, consents=[], actor=me, now=now) == "wrong_status"


def test_a_draft_that_is_left_keeps_what_was_typed_and_is_not_done(
    draft: Registration, me: Actor, now: datetime
) -> None:
    registrations.save_terms(
        draft,
        TermsAnswers((), "Zincado"),
        seen=edition(registrations.terms_of(draft)),
        is_complete=False,
        actor=me,
        now=now + timedelta(minutes=3),
    )
    assert (draft.offer, draft.steps_done, draft.saved_at) == ("Zincado", [], now + timedelta(minutes=3))


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((), "no_terms"),
        (("NADA",), "unknown_terms"),
        (tuple(f"ALL-{n:03d}" for n in range(10, 120, 10)), "too_many_terms"),
    ],
)
def test_terms_are_one_to_ten_of_the_taxonomy(
    draft: Registration, me: Actor, now: datetime, codes: tuple[str, ...], code: str
) -> None:
    answers = TermsAnswers(codes)
    seen = edition(registrations.terms_of(draft))
    assert refusal(registrations.save_terms, draft, answers, seen=seen, is_complete=True, actor=me, now=now) == code


def test_nobody_else_touches_a_registration(draft: Registration, now: datetime) -> None:
    stranger = make.actor(make.account())
    organizer = make.actor(make.organizer(draft.event.organization))
    for actor in (stranger, organizer):
        assert refusal(registrations.withdraw, draft, actor=actor, now=now) == "forbidden"
        assert refusal(registrations.finish_delegates, draft, actor=actor, now=now) == "forbidden"


def test_two_people_at_one_company_form(draft: Registration, me: Actor, now: datetime) -> None:
    """The second sees what the first stored, and nothing of hers is stored until she says so again."""
    seen = edition(companies.answers_of(draft.company))
    registrations.save_company(draft, COMPANY, seen=seen, is_complete=True, actor=me, now=now)
    mine = CompanyAnswers("Galvánicos de Lerma", city="Celaya")
    with pytest.raises(Conflict) as conflict:
        registrations.save_company(draft, mine, seen=seen, is_complete=True, actor=me, now=now)
    assert conflict.value.params["stored"] == COMPANY
    assert companies.answers_of(draft.company) == COMPANY
    registrations.save_company(draft, mine, seen=edition(COMPANY), is_complete=True, actor=me, now=now)
    assert companies.answers_of(draft.company) == mine


def test_two_people_at_different_steps_do_not_disturb_each_other(draft: Registration, me: Actor, now: datetime) -> None:
    terms_seen = edition(registrations.terms_of(draft))
    everything = registrations.availability_of(draft)
    registrations.save_availability(draft, everything, seen=edition(everything), actor=me, now=now)
    registrations.save_terms(draft, TermsAnswers(("ALL-020",)), seen=terms_seen, is_complete=True, actor=me, now=now)
    assert draft.terms == ["ALL-020"]


def test_every_save_counts_the_version_up(draft: Registration, me: Actor, now: datetime) -> None:
    db.session.commit()
    before = draft.version
    everything = registrations.availability_of(draft)
    registrations.save_availability(draft, everything, seen=edition(everything), actor=me, now=draft.saved_at)
    assert draft.version == before + 1


# People and desks ------------------------------------------------------------------------------------------------


def add(draft: Registration, me: Actor, now: datetime, email: str) -> UUID:
    answers = DelegateAnswers("Luis Peña", "Ingeniería", email, "+52 477 123 4567")
    return registrations.add_delegate(draft, answers, actor=me, now=now).id


def test_a_person_comes_goes_and_comes_back(draft: Registration, me: Actor, now: datetime) -> None:
    luis = add(draft, me, now, "luis@empresa.com")
    assert [person.id for person in draft.delegates][1:] == [luis]
    again = DelegateAnswers("Luis", "", "luis@empresa.com", "")
    assert refusal(registrations.add_delegate, draft, again, actor=me, now=now) == "delegate_twice"
    person = companies.find_delegate(draft.company, luis)
    assert person is not None
    registrations.remove_delegate(draft, person, actor=me, now=now)
    assert len(draft.delegates) == 1
    assert companies.find_delegate(draft.company, luis) is None
    assert add(draft, me, now, "luis@empresa.com") == luis


def test_a_desk_is_never_left_empty(draft: Registration, me: Actor, now: datetime) -> None:
    [person] = draft.delegates
    assert refusal(registrations.remove_delegate, draft, person, actor=me, now=now) == "desk_would_be_empty"


def test_who_administers_the_company_may_stay_at_home(draft: Registration, me: Actor, now: datetime) -> None:
    [admin] = draft.delegates
    luis = add(draft, me, now, "luis@empresa.com")
    registrations.remove_delegate(draft, admin, actor=me, now=now)
    assert [person.id for person in draft.delegates] == [luis]
    assert admin.ended_at is None
    registrations.seat_delegate(draft, admin, actor=me, now=now)
    assert {person.id for person in draft.delegates} == {luis, admin.id}


def test_a_new_address_takes_the_account_away(draft: Registration, me: Actor, now: datetime) -> None:
    known = make.account(email="luis@empresa.com")
    person = companies.find_delegate(draft.company, add(draft, me, now, "luis@empresa.com"))
    assert person is not None
    assert person.account is known
    stored = companies.delegate_answers_of(person)
    changed = DelegateAnswers(person.name, person.job_title, "otro@empresa.com", person.phone)
    registrations.change_delegate(draft, person, changed, seen=edition(stored), actor=me, now=now)
    assert person.account is None
    me_at_company = draft.delegates[0]
    own = companies.delegate_answers_of(me_at_company)
    other = DelegateAnswers(own.name, own.job_title, "nuevo@empresa.com", own.phone)
    code = refusal(registrations.change_delegate, draft, me_at_company, other, seen=edition(own), actor=me, now=now)
    assert code == "own_address"


def test_desks_of_a_buyer(context: Flask, now: datetime) -> None:
    account = make.account()
    draft = start(make.event(), account, now, Side.BUYER)
    me = make.actor(account)
    first, second = draft.delegates[0].id, add(draft, me, now, "luis@empresa.com")
    two = DesksAnswers((DeskAnswers("Metales", (first,)), DeskAnswers("Plásticos", (second, first))))
    registrations.save_desks(draft, two, seen=edition(registrations.desks_of(draft)), actor=me, now=now)
    db.session.commit()
    assert registrations.desks_of(draft) == two
    one = DesksAnswers((DeskAnswers("", (second,)),))
    registrations.save_desks(draft, one, seen=edition(two), actor=me, now=now)
    db.session.commit()
    assert registrations.desks_of(draft) == one
    for desks, code in (
        ((), "wrong_desk_count"),
        ((DeskAnswers("", (first,)),) * 9, "wrong_desk_count"),
        ((DeskAnswers("", ()),), "desk_without_delegate"),
        ((DeskAnswers("", (uuid4(),)),), "unknown_delegate"),
    ):
        answers = DesksAnswers(desks)
        assert refusal(registrations.save_desks, draft, answers, seen=edition(one), actor=me, now=now) == code


def test_people_without_title_or_telephone_are_not_complete(draft: Registration, me: Actor, now: datetime) -> None:
    assert refusal(registrations.finish_delegates, draft, actor=me, now=now) == "delegate_incomplete"


# Availability ----------------------------------------------------------------------------------------------------


def test_rounds_become_absences_and_come_back(draft: Registration, me: Actor, now: datetime) -> None:
    everything = registrations.availability_of(draft)
    slots = draft.event.slots
    free = AvailabilityAnswers({1: tuple(slot.id for slot in slots[:2] + slots[4:])})
    registrations.save_availability(draft, free, seen=edition(everything), actor=me, now=now)
    db.session.commit()
    [absence] = draft.desks[0].absences
    assert (absence.starts_at, absence.ends_at) == (slots[2].starts_at, slots[3].ends_at)
    assert registrations.availability_of(draft) == free
    registrations.save_availability(draft, everything, seen=edition(free), actor=me, now=now)
    db.session.commit()
    assert draft.desks[0].absences == []


def test_somebody_who_can_never_meet_does_not_take_part(draft: Registration, me: Actor, now: datetime) -> None:
    seen = edition(registrations.availability_of(draft))
    never = AvailabilityAnswers({1: ()})
    assert refusal(registrations.save_availability, draft, never, seen=seen, actor=me, now=now) == "never_available"


def test_without_rounds_the_step_is_done_at_once(context: Flask, now: datetime) -> None:
    account = make.account()
    event = make.event(slots=1)
    db.session.delete(event.slots[0])
    db.session.commit()
    draft = start(event, account, now)
    nothing = registrations.availability_of(draft)
    registrations.save_availability(draft, nothing, seen=edition(nothing), actor=make.actor(account), now=now)
    assert draft.steps_done == ["availability"]


# After it was sent -----------------------------------------------------------------------------------------------


def test_approved_companies_change_people_and_rounds_only(context: Flask, now: datetime) -> None:
    registration = make.registration(make.event())
    account = registration.delegates[0].account
    assert account is not None
    me = make.actor(account)
    add(registration, me, now, "luis@empresa.com")
    assert len(registration.delegates) == 2
    seen = edition(registrations.terms_of(registration))
    answers = TermsAnswers(("ALL-030",))
    code = refusal(registrations.save_terms, registration, answers, seen=seen, is_complete=True, actor=me, now=now)
    assert code == "step_closed"
    late = registration.event.requests_close_at
    person = DelegateAnswers("Eva", "", "eva@empresa.com", "")
    assert refusal(registrations.add_delegate, registration, person, actor=me, now=late) == "step_closed"


def test_withdraw_and_come_back_with_all_answers(draft: Registration, me: Actor, now: datetime) -> None:
    complete(draft, me, now)
    registrations.submit(draft, consents=[], actor=me, now=now)
    registrations.withdraw(draft, actor=me, now=now)
    assert draft.status is Status.WITHDRAWN
    assert refusal(registrations.submit, draft, consents=[], actor=me, now=now) == "wrong_status"
    registrations.resume(draft, actor=me, now=now)
    assert (draft.status, draft.terms) == (Status.DRAFT, ["ALL-020", "ALL-090"])
    registrations.submit(draft, consents=[], actor=me, now=now)
    kinds = list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.created_at)))
    assert sorted(kinds) == ["registration_received", "registration_received", "registration_withdrawn"]


def test_payback_counts_the_other_side(draft: Registration, now: datetime) -> None:
    event = draft.event
    make.registration(event, Side.BUYER, terms=["ALL-020", "ALL-090"])
    make.registration(event, Side.BUYER, terms=["ALL-020"], status=Status.SUBMITTED)
    make.registration(event, Side.BUYER, terms=["ALL-020"], status=Status.DRAFT)
    make.registration(event, Side.SUPPLIER, terms=["ALL-020"])
    make.registration(make.event(), Side.BUYER, terms=["ALL-020"])
    brought = registrations.payback(draft, ["ALL-020", "ALL-090", "ALL-100"])
    assert (brought.total, brought.by_term) == (2, {"ALL-020": 2, "ALL-090": 1, "ALL-100": 0})


def test_the_directory_names_only_those_who_allow_it(context: Flask, now: datetime) -> None:
    event = make.event()
    shown = make.registration(event, Side.BUYER, consents=["directory"], offer="Zincado")
    make.registration(event, Side.BUYER)
    make.registration(event, Side.BUYER, status=Status.SUBMITTED)
    make.registration(event, Side.SUPPLIER)
    entries = directory.read_public(event).entries
    assert [(entry.company, entry.text) for entry in entries] == [(shown.company.name, "Zincado"), ("", "")]


# Races -----------------------------------------------------------------------------------------------------------


def test_twelve_at_once_get_twelve_numbers(app: Flask, now: datetime) -> None:
    with app.app_context():
        event_id = make.event().id
        people = [make.account().id for _ in range(12)]
        db.session.commit()
    errors = together(app, event_id, people, now)
    with app.app_context():
        numbers = sorted(db.session.scalars(select(Registration.number)))
    assert errors == []
    assert numbers == list(range(1, 13))


def test_without_the_lock_two_get_the_same_number(app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: on PostgreSQL, with the lock off, the unique constraint has to stop the second."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return  # its writers wait for each other from their first statement
        event_id = make.event().id
        people = [make.account().id for _ in range(2)]
        db.session.commit()
    both_read = threading.Barrier(2, timeout=10)
    count = registrations.next_number

    def slow(event: Event) -> int:
        number = count(event)
        both_read.wait()
        return number

    monkeypatch.setattr(registrations, "next_number", slow)
    monkeypatch.setattr(events, "lock", lambda _event: None)
    errors = together(app, event_id, people, now)
    assert errors == [IntegrityError]


def together(app: Flask, event_id: UUID, people: list[UUID], now: datetime) -> list[type[BaseException]]:
    """Every person starts a registration at the same moment; the kinds of errors that came of it."""
    errors: list[type[BaseException]] = []
    ready = threading.Barrier(len(people), timeout=20)

    def one(account_id: UUID) -> None:
        with app.app_context():
            ready.wait()
            try:
                with unit_of_work():
                    event, account = db.session.get_one(Event, event_id), db.session.get_one(Account, account_id)
                    start(event, account, now)
            except IntegrityError as error:
                errors.append(type(error))

    threads = [threading.Thread(target=one, args=(account_id,)) for account_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors

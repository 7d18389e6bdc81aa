"""Describing what a company needs or offers, one page for each step: the same for requirements and capabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from flask.typing import ResponseReturnValue

from eventsapp.domain.access import Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.models import Capability, Registration, Requirement
from eventsapp.web.company.frame import company_page
from eventsapp.web.company.requirements_forms import SourcingForm
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import facts

Row = Requirement | Capability
Kind = TypeVar("Kind", Requirement, Capability)


@dataclass(frozen=True)
class Own(Generic[Kind]):
    """A requirement or capability of the actor's own company."""

    registration: Registration
    row: Kind

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope


@dataclass(frozen=True)
class OwnStep(Own[Kind]):
    """One step of it."""

    step: str


@dataclass(frozen=True)
class Steps:
    """The steps of one noun: its forms in their order with titles and leads, and the names of its pages.

    `mark` stands in the address while a new one is made: then each step leads to the next.
    """

    noun: str
    plural: str
    mark: str
    forms: Mapping[str, type[SourcingForm]]
    titles: Mapping[str, Any]
    leads: Mapping[str, Any]
    answers_of: Callable[..., dict[str, Any]]

    def home(self, mine: Registration) -> str:
        """The list."""
        return url_for(f"company.{self.plural}", event_code=mine.event.code)

    def page(self, mine: Registration, row: Row) -> str:
        """The page of one."""
        return url_for(f"company.{self.noun}", event_code=mine.event.code, **self._key(row))

    def sections(self, mine: Registration, row: Row, *, editable: bool) -> list[dict[str, Any]]:
        """What was answered in each step, with the way to change it."""
        return [
            {
                "title": self.titles[step],
                "href": self._step(mine, row, step) if editable else "",
                "facts": facts(self.answers_of(row, kind.ANSWERS), [name for name in kind.names() if name != "title"]),
            }
            for step, kind in self.forms.items()
        ]

    def begin(self, mine: Registration, add: Callable[[Any], Row]) -> ResponseReturnValue:
        """The first step of a new one; `add` makes it."""
        first = next(iter(self.forms))
        form = self.forms[first](mine.event)
        if form.validate_on_submit():
            try:
                with saving() as done:
                    done.location = self._after(mine, add(form.answers()), first, is_new=True)
                return done.redirect()
            except DomainError as error:
                form.refuse("title", error)
        return self._show(mine, None, first, form), 422 if form.errors else 200

    def go_on(self, mine: Registration, row: Row, step: str, save: Callable[[Any, str], object]) -> ResponseReturnValue:
        """A step of one that is there; `save` gets the answers and the edition that was seen."""
        kind = self.forms[step]
        if request.method == "GET":
            return self._show(mine, row, step, kind.of(mine.event, self.answers_of(row, kind.ANSWERS)))
        form = kind(mine.event)
        if form.validate_on_submit():
            try:
                with saving(self._after(mine, row, step, is_new=self.mark in request.args)) as done:
                    save(form.answers(), form.seen.data)
                return done.redirect()
            except Conflict as conflict:
                return self._show(mine, row, step, form, _conflicting(form, conflict)), 409
            except DomainError as error:
                form.refuse(form.names()[0], error)
        return self._show(mine, row, step, form), 422

    def _show(
        self,
        mine: Registration,
        row: Row | None,
        step: str,
        form: SourcingForm,
        theirs: list[tuple[str, str]] | None = None,
    ) -> str:
        return company_page(
            f"company/{self.noun}_step.html",
            mine,
            "registration",
            row=row,
            form=form,
            step=step,
            title=self.titles[step],
            lead=self.leads[step],
            number=list(self.forms).index(step) + 1,
            total=len(self.forms),
            theirs=theirs,
            here=request.full_path.rstrip("?"),
            back=self.page(mine, row) if row is not None else self.home(mine),
            is_new=row is None or self.mark in request.args,
        )

    def _key(self, row: Row) -> dict[str, Any]:
        return {f"{self.noun}_id": row.id}

    def _step(self, mine: Registration, row: Row, step: str, **query: Any) -> str:
        return url_for(f"company.{self.noun}_step", event_code=mine.event.code, step=step, **self._key(row), **query)

    def _after(self, mine: Registration, row: Row, step: str, *, is_new: bool) -> str:
        """The next step of a new one, else its page; also for who saves and leaves."""
        steps = list(self.forms)
        if not is_new or request.form.get("save_exit") or step == steps[-1]:
            return self.page(mine, row)
        return self._step(mine, row, steps[steps.index(step) + 1], **{self.mark: 1})


def _conflicting(form: SourcingForm, conflict: Conflict) -> list[tuple[str, str]]:
    """What somebody else stored meanwhile where it differs from what was typed; the form now knows that it was seen."""
    stored: Any = conflict.params["stored"]
    form.seen.data = edition(stored)
    theirs, mine = facts(stored, form.names()), facts(form.answers(), form.names())
    return [fact for fact, own_fact in zip(theirs, mine, strict=True) if fact != own_fact]

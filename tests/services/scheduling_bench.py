"""A small event ready to be solved, and the steps of the worker around the real engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.values import JobState, Side
from eventsapp.models import Event, Registration, Run, Schedule
from eventsapp.scheduling import archive
from eventsapp.scheduling.solve import solve
from eventsapp.services import publication, runs, schedules
from tests import make

HOST = "encuentro.example"
BASE_URL = "https://encuentro.example"
ORGANIZER_ADDRESS = "agenda@encuentro.example"


@dataclass
class Bench:
    """An event with buyers and suppliers in which everybody asked for everybody, and its organizer."""

    event: Event
    buyers: list[Registration]
    suppliers: list[Registration]
    actor: Actor
    account: Any

    @classmethod
    def make(cls, *, buyers: int = 2, suppliers: int = 4, slots: int = 3, tables: int = 3, **event: Any) -> Bench:
        """By default two buyers, four suppliers, three rounds: two of the eight meetings find no place."""
        with unit_of_work():
            organization = make.organization()
            account = make.organizer(organization)
            made = make.event(organization, slots=slots, tables=tables, **event)
            buying = [make.registration(made, Side.BUYER) for _ in range(buyers)]
            selling = [make.registration(made, Side.SUPPLIER) for _ in range(suppliers)]
            for buyer in buying:
                for supplier in selling:
                    make.request(buyer, supplier)
            actor = make.actor(account)
        return cls(made, buying, selling, actor, account)

    def start(self, now: datetime, *, seed: int = 1, **more: Any) -> Run:
        """A run that a worker has claimed."""
        with unit_of_work():
            run = runs.start(self.event, seconds=10, seed=seed, actor=self.actor, now=now, **more)
        return claimed(run)

    def solve(self, now: datetime, *, seed: int = 1, **more: Any) -> tuple[Run, dict[str, Any]]:
        """A finished run and what the engine answered."""
        run = self.start(now, seed=seed, **more)
        return run, self.work(run, now)

    def work(self, run: Run, now: datetime) -> dict[str, Any]:
        """Carry out a run as the worker does; gives what the engine answered."""
        if run.job and not run.job.attempt:
            claimed(run)
        attempt = run.job.attempt if run.job else 0
        with unit_of_work():
            problem = runs.begin(run, attempt=attempt, now=now)
        outcome = archive.outcome_to_dict(solve(problem, seconds=10, seed=run.seed, workers=1))
        with unit_of_work():
            runs.finish(run, outcome, now, attempt=attempt, host=HOST)
        return outcome

    def publish(self, draft: Schedule, now: datetime) -> Schedule:
        """Make a draft the version that everybody sees."""
        with unit_of_work():
            return publication.publish(
                draft, actor=self.actor, now=now, base_url=BASE_URL, organizer_address=ORGANIZER_ADDRESS
            )


def claimed(run: Run) -> Run:
    """As a worker takes a job."""
    with unit_of_work():
        assert run.job is not None
        run.job.state, run.job.attempt = JobState.RUNNING, run.job.attempt + 1
    return run


def solved_draft(bench: Bench, now: datetime, **more: Any) -> Schedule:
    """The draft of a finished run."""
    bench.solve(now, **more)
    draft = schedules.find_current(bench.event)
    assert draft is not None
    return draft

"""The time of a run: the search works in a thread of its own, while the caller's thread reports and asks for orders."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from eventsapp.scheduling.index import Plan
from eventsapp.scheduling.schedule import Number, Progress, Reached

OnProgress = Callable[[Progress], None]
OnPlan = Callable[[Plan, Mapping[str, Reached]], None]
Stop = Callable[[], str | None]
REPORT_EVERY = 0.5
ASK_EVERY = 0.1
LAST_WORDS = 0.5
MAX_SLOWNESS = 5.0
KEEP_EVERY = 1.0
KEEP_COST = 10.0  # searching lasts at least so many times as long as handing over what it found

Answer = TypeVar("Answer")


@dataclass
class Clock:
    """What a run knows of time and of the outside; `reserve` seconds at the end are for tables and reasons.

    A clock that is `part_of` another one stops with it and reports nothing. `on_plan` is called by the thread that
    searches, `on_progress` and `stop` by the caller's.
    """

    seconds: float
    on_progress: OnProgress | None = None
    stop: Stop | None = None
    reserve: float = 0.0
    part_of: Clock | None = None
    on_plan: OnPlan | None = None
    started: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=time.process_time)
    phase: str = "reading"
    placed: int = 0
    asked: int = 0
    value: Number = 0
    bound: Number | None = None
    order: str | None = None
    _reported: float = 0.0
    _keep_from: float = 0.0
    _news: threading.Event = field(default_factory=threading.Event)

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def deadline(self) -> float:
        """The moment at which searching must end; on a busy machine the reserve lasts longer, so it comes earlier."""
        slowness = min(MAX_SLOWNESS, max(1.0, self.spent / max(time.process_time() - self.cpu, 0.01)))
        return self.started + max(0.0, self.seconds - min(self.reserve * slowness, 0.5 * self.seconds))

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def until(self, share: float) -> float:
        """The moment at which a share of the time that is left will have passed."""
        now = time.monotonic()
        return now + max(0.0, self.deadline - now) * share

    @property
    def ordered(self) -> bool:
        """Whether somebody wants the run to stop."""
        return self.order is not None or (self.part_of is not None and self.part_of.ordered)

    def stopped(self) -> bool:
        """Whether time is over or somebody stopped the run."""
        return self.ordered or time.monotonic() >= self.deadline

    def holds(self, placed: int, value: Number) -> None:
        """A schedule with this value stands; it is reported at once."""
        self.placed, self.value = placed, value
        self._news.set()

    @property
    def keeps(self) -> bool:
        """Whether a better plan would be handed over now: not too often, and not to somebody who has given up."""
        return self.on_plan is not None and self.order != "cancel" and self.spent >= self._keep_from

    def keep(self, plan: Plan, reached: Mapping[str, Reached]) -> None:
        """Hand over a plan that is better than the ones before, with what is known of its levels."""
        if self.on_plan is not None and self.keeps:
            begin = self.spent
            self.on_plan(plan, reached)
            self._keep_from = self.spent + max(KEEP_EVERY, KEEP_COST * (self.spent - begin))

    def watch(self, work: Callable[[], Answer]) -> Answer | None:
        """Do the work in a thread of its own and report until it is done; None at once when the run is cancelled."""
        self._tell()
        self._ask()
        answers: list[Answer] = []
        errors: list[BaseException] = []
        thread = threading.Thread(target=self._work, args=(work, answers, errors), daemon=True)
        thread.start()
        try:
            while thread.is_alive() and self.order != "cancel":
                news = self._news.wait(ASK_EVERY)
                self._news.clear()
                self._ask()
                if news or time.monotonic() - self._reported >= REPORT_EVERY:
                    self._tell()
        except BaseException:
            self.order = "cancel"
            raise
        thread.join(LAST_WORDS if self.order == "cancel" else None)
        if self.order == "cancel":
            return None
        if errors:
            raise errors[0]
        self._tell()
        return answers[0]

    def _work(self, work: Callable[[], Answer], answers: list[Answer], errors: list[BaseException]) -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 — raised again in the caller's thread
            errors.append(error)
        finally:
            self._news.set()

    def _ask(self) -> None:
        if self.stop is not None and self.order is None:
            self.order = self.stop()

    def _tell(self) -> None:
        self._reported = time.monotonic()
        if self.on_progress is not None:
            spent = round(self.spent, 3)
            self.on_progress(
                Progress(spent, self.seconds, self.phase, self.placed, self.asked, self.value, self.bound, self.placed)
            )

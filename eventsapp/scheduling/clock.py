"""The time of a run: reports at least each second, asks whether to stop, knows the deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from eventsapp.scheduling.schedule import Number, Progress

OnProgress = Callable[[Progress], None]
Stop = Callable[[], str | None]
REPORT_EVERY = 0.5
MAX_SLOWNESS = 5.0


@dataclass
class Clock:
    """What a run knows of time and of the outside; `reserve` seconds at the end are for tables and reasons."""

    seconds: float
    on_progress: OnProgress | None = None
    stop: Stop | None = None
    reserve: float = 0.0
    started: float = field(default_factory=time.monotonic)
    cpu: float = field(default_factory=time.process_time)
    phase: str = "reading"
    placed: int = 0
    asked: int = 0
    value: Number = 0
    bound: Number | None = None
    order: str | None = None
    _reported: float = 0.0

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

    def stopped(self) -> bool:
        """Report when it is time to; true when time is over or somebody stopped the run."""
        now = time.monotonic()
        if now - self._reported >= REPORT_EVERY:
            self.tell()
        if self.stop is not None and self.order is None:
            self.order = self.stop()
        return self.order is not None or now >= self.deadline

    def tell(self) -> None:
        """Report where the run stands."""
        self._reported = time.monotonic()
        if self.on_progress is not None:
            spent = round(self.spent, 3)
            self.on_progress(
                Progress(spent, self.seconds, self.phase, self.placed, self.asked, self.value, self.bound, self.placed)
            )

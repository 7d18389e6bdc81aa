"""Exports 20,000 meetings in a process of its own and prints how many there were and the most memory it ever had.

The database is made in another process, so that making it does not count.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert

from eventsapp.app import create_app
from eventsapp.db import Base, db, unit_of_work
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Desk, Meeting, Placement, Schedule, Slot, Table
from eventsapp.settings import testing
from tests import make
from tests.memory import most_memory

TABLES, SLOTS = 200, 100
AT = datetime(2027, 3, 9, 15, tzinfo=UTC)


def build(folder: Path) -> None:
    """An event with a published meeting at every table in every slot."""
    app = create_app(testing(folder))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with unit_of_work():
            event = make.event(code="grande", slots=1, tables=0)
            person = make.organizer(event.organization)
            a, b = make.registration(event), make.registration(event)
            schedule = Schedule(
                event=event, number=1, publication=1, status=ScheduleStatus.PUBLISHED, created_at=AT, published_at=AT
            )
            db.session.add(schedule)
            db.session.flush()
            event.published_schedule_id = schedule.id
            keys = {"event": event.id, "block": event.blocks[0].id}
            slots = [uuid4() for _ in range(SLOTS)]
            tables = [uuid4() for _ in range(TABLES)]
            times = [AT + timedelta(minutes=25 * (index + 10)) for index in range(SLOTS)]
            db.session.execute(
                insert(Slot),
                [
                    {
                        "id": key,
                        "event_id": keys["event"],
                        "block_id": keys["block"],
                        "starts_at": at,
                        "ends_at": at + timedelta(minutes=20),
                    }
                    for key, at in zip(slots, times, strict=True)
                ],
            )
            db.session.execute(
                insert(Table),
                [
                    {"id": key, "event_id": keys["event"], "label": str(n), "room": "Salón", "position": n}
                    for n, key in enumerate(tables)
                ],
            )
            places = [(uuid4(), slot, table) for slot in slots for table in tables]
            db.session.execute(
                insert(Meeting),
                [
                    {
                        "id": key,
                        "event_id": keys["event"],
                        "a_id": a.id,
                        "b_id": b.id,
                        "uid": f"m-{key.hex}@localhost",
                        "created_at": AT,
                    }
                    for key, _slot, _table in places
                ],
            )
            desks: list[UUID] = [uuid4() for _ in range(2 * TABLES)]
            db.session.execute(
                insert(Desk),
                [
                    {"id": key, "registration_id": (a if n % 2 else b).id, "number": n + 2}
                    for n, key in enumerate(desks)
                ],
            )
            by_table = {table: (desks[2 * n], desks[2 * n + 1]) for n, table in enumerate(tables)}
            db.session.execute(
                insert(Placement),
                [
                    {
                        "schedule_id": schedule.id,
                        "meeting_id": key,
                        "slot_id": slot,
                        "table_id": table,
                        "desk_a_id": by_table[table][0],
                        "desk_b_id": by_table[table][1],
                    }
                    for key, slot, table in places
                ],
            )
            (folder / "session").write_text(person.get_id())


def export(folder: Path) -> None:
    """Fetch the export as a client does, piece by piece."""
    app = create_app(testing(folder))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = (folder / "session").read_text(), True
    response = client.get("/o/grande/horario.ics", buffered=False)
    amount = sum(piece.count(b"BEGIN:VEVENT") for piece in response.iter_encoded())
    print(amount, most_memory())  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) == 2:
        export(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            if not (child := os.fork()):
                build(Path(made))
                os._exit(0)
            os.waitpid(child, 0)
            export(Path(made))

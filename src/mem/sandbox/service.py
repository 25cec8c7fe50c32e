"""What time is it in a sandbox? Its stored clock says so, which is set forward by hand; elsewhere the machine's does.

Every deciding instant in a sandbox comes from its clock. What is real goes by the machine: how long a token is good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, exists, insert, select, update

from mem.core.clock import iso, now
from mem.core.db import AnyRow, Database
from mem.core.errors import Conflict, Invalid, NotFound, Precondition, Reason
from mem.core.work import Work
from mem.ledger.models import Event
from mem.ledger.service import ADMINISTRATION, record
from mem.sandbox.models import Sandbox

LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""Past this no clock is set: what is reckoned from it must have a date too."""
_CLOCK = select(Sandbox.instant, Sandbox.number)


def clock(db: Connection) -> AnyRow | None:
    """The clock of a sandbox (`instant`, `number`); None where the database is none."""
    return db.execute(_CLOCK).first()


def label(instant: datetime) -> str:
    """What a sandbox says of itself wherever it shows."""
    return f"SANDBOX, clock {iso(instant)}"


def working(db: Connection, machine: datetime) -> Work:
    """A unit of work at the present instant of its database, by nobody."""
    found = clock(db)
    return Work(db, machine if found is None else found.instant, machine=machine)


def clock_of(database: Database) -> Callable[[], datetime]:
    """What tells the present instant of a database."""
    with database.read() as connection:
        if clock(connection) is None:
            return now

    def told() -> datetime:
        with database.read() as connection:
            found = clock(connection)
            assert found is not None  # a sandbox stays one
            instant: datetime = found.instant
            return instant

    return told


def open_sandbox(work: Work) -> None:
    """Make an empty database a sandbox, whose clock begins at the instant of `work`. Raises `Conflict` where anything
    has been recorded."""
    if clock(work.db) is not None or work.db.execute(select(exists().where(Event.seq > 0))).scalar():
        message = "This database is in use: only an empty one becomes a sandbox."
        raise Conflict("not_empty", message, [Reason("not_empty", message)])
    work.db.execute(insert(Sandbox).values(id=1, instant=work.now, number=1))
    record(work, ADMINISTRATION, "sandbox_opened", {"clock": iso(work.now)})


def set_clock(work: Work, to: datetime, seen: int) -> int:
    """Set the clock of a sandbox forward, on the number that was seen; its number after that. Raises `NotFound` where
    the database is none, `Precondition`, `Invalid`."""
    found = work.db.execute(_CLOCK.with_for_update()).first()
    if found is None:
        raise NotFound
    if found.number != seen:
        raise Precondition("stale", "The clock was set since you saw it.", [Reason("stale", "It was set since.")])
    if to <= found.instant or to > LAST:
        message = "The clock of a sandbox only goes forward, and not past the year 9000."
        raise Invalid("not_forward", message, [Reason("not_forward", message, "/instant")])
    work.db.execute(update(Sandbox).values(instant=to, number=seen + 1))
    record(work, ADMINISTRATION, "clock_set", {"before": iso(found.instant), "clock": iso(to)})
    return seen + 1

"""How does a lapse happen? What is due is fired in a transaction of its own, once, by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from mem.core.db import Database
from mem.core.errors import Precondition, Refused
from mem.core.work import Work
from mem.process.advance import lapse
from mem.process.deadlines import due


def fire_due(database: Database, clock: Callable[[], datetime]) -> Iterator[str]:
    """Fire every lapse that is due; a line on each. One that another fired meanwhile is left alone."""
    with database.read() as connection:
        waiting = due(Work(connection, clock()))
    for one in waiting:
        try:
            with database.write() as connection:
                moved = lapse(Work(connection, clock()), one.position_id, one.trigger, one.version)
        except Precondition:
            moved = None
        except Refused as refusal:
            yield f"{one.position_id}: {one.trigger} is due and refused: {refusal.reasons[0].message}"
            continue
        if moved is not None:
            yield f"{one.position_id}: {moved.trigger}, from {moved.from_stage} to {moved.to_stage}"

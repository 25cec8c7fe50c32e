"""Who does what is due? A turn fires lapses and signs a checkpoint; a thread in the server takes one on a clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.checkpoints import make_checkpoint
from mem.ledger.keys import SigningKey
from mem.process.lapses import Lapsed, fire_due

log = logging.getLogger("mem.jobs")


def turn(database: Database, key: SigningKey, clock: Callable[[], datetime]) -> Iterator[Lapsed]:
    """Do once what is due now, and tell of each lapse. Who turns at the same instant does no harm."""
    yield from fire_due(database, clock)
    try:
        with database.write() as connection:
            make_checkpoint(Work(connection, clock()), key)
    except IntegrityError:  # another has signed it meanwhile
        log.debug("another turn has signed this checkpoint")


class Worker(threading.Thread):
    """Does what is due every `period` seconds until stopped. Each piece of work is idempotent, so two workers, or one
    that was killed, do no harm; a database that is away is asked again at the next turn. What is due goes by `clock`,
    when to turn by `wall`."""

    def __init__(
        self,
        database: Database,
        key: SigningKey,
        clock: Callable[[], datetime],
        period: float,
        wall: Callable[[], datetime] = now,
    ) -> None:
        super().__init__(name="mem-worker", daemon=True)
        self._database, self._key, self._clock, self._period, self._wall = database, key, clock, period, wall
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._period - self._wall().timestamp() % self._period):
            try:
                self.turn()
            except SQLAlchemyError as error:  # the database's own errors, and that no connection was free in time
                log.warning("due work has to wait: %s", type(getattr(error, "orig", error)).__name__)

    def turn(self) -> None:
        """Do once what is due now."""
        for lapsed in turn(self._database, self._key, self._clock):
            log.info("%s", lapsed)

    def stop(self) -> None:
        """Stop before the next turn, and wait for the present one."""
        self._stopped.set()
        if self.is_alive():
            self.join()

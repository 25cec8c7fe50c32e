"""Who does what is due on one machine? A thread in the server: it fires lapses and signs checkpoints on a clock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.checkpoints import make_checkpoint
from mem.ledger.keys import SigningKey
from mem.process.lapses import fire_due

log = logging.getLogger("mem.jobs")


class Worker(threading.Thread):
    """Does what is due every `period` seconds until stopped. Each piece of work is idempotent, so two workers, or one
    that was killed, do no harm; a database that is away is asked again at the next turn."""

    def __init__(self, database: Database, key: SigningKey, clock: Callable[[], datetime], period: float) -> None:
        super().__init__(name="mem-worker", daemon=True)
        self._database, self._key, self._clock, self._period = database, key, clock, period
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._period - self._clock().timestamp() % self._period):
            try:
                self.turn()
            except SQLAlchemyError as error:  # the database's own errors, and that no connection was free in time
                log.warning("due work has to wait: %s", type(getattr(error, "orig", error)).__name__)

    def turn(self) -> None:
        """Do once what is due now."""
        for line in fire_due(self._database, self._clock):
            log.info("%s", line)
        with self._database.write() as connection:
            make_checkpoint(Work(connection, self._clock()), self._key)

    def stop(self) -> None:
        """Stop before the next turn, and wait for the present one."""
        self._stopped.set()
        if self.is_alive():
            self.join()

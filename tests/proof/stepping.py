"""How do two units of work go on statement by statement, in an order that somebody else decides?

Each runs in a thread of its own and stops before each statement, and before its commit, until it is told to go on. Who
waits for a lock of the other is seen by asking PostgreSQL, as its own isolation tester does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from tests.proof.units import Outcome

from mem.core.db import Database

STOPPED, GOING, BLOCKED, ENDED = "stopped", "going", "blocked", "ended"
PATIENCE = 0.0015  # seconds until it is asked whether a statement waits for a lock
LONGEST = 20.0  # seconds that a statement may take before all is given up
_mine = threading.local()


class Stuck(Exception):
    """A unit neither went on, nor ended, nor waited for a lock."""


class Session:
    """One of two units, its thread, and where it stands."""

    def __init__(self, act: Callable[[], Outcome]) -> None:
        self.state, self.steps, self.backend = GOING, 0, 0
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self._changed, self._told = threading.Condition(), False
        self._thread = threading.Thread(target=self._run, args=[act], daemon=True)
        self._thread.start()

    def _run(self, act: Callable[[], Outcome]) -> None:
        _mine.session = self
        try:
            self.outcome = act()
        except BaseException as error:  # told by whoever asks for the outcome
            self.error = error
        with self._changed:
            self.state = ENDED
            self._changed.notify_all()

    def stop(self, backend: int) -> None:
        """Called in the thread of the unit: wait to be told to go on."""
        with self._changed:
            self.state, self.backend = STOPPED, backend
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._told)
            self._told, self.state, self.steps = False, GOING, self.steps + 1

    def go(self) -> None:
        """Tell it to make one step."""
        with self._changed:
            self._told, self.state = True, GOING
            self._changed.notify_all()

    def arrived(self, seconds: float) -> bool:
        """Whether it came to its next stop, or ended, within some time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state in (STOPPED, ENDED), seconds)

    def came_to(self) -> Outcome:
        self._thread.join()
        if self.error is not None:
            raise self.error
        assert self.outcome is not None
        return self.outcome


class Pair:
    """Two sessions side by side; `waited` counts steps that had to wait for a lock."""

    def __init__(self, monitor: Connection, acts: tuple[Callable[[], Outcome], Callable[[], Outcome]]) -> None:
        self._monitor, self.waited = monitor, 0
        self.sessions = tuple(Session(act) for act in acts)
        for one in self.sessions:
            self._settle(one)

    def able(self) -> list[int]:
        """Which of the two can be told to go on."""
        while all(one.state in (BLOCKED, ENDED) for one in self.sessions) and not self.over:
            for one in self.sessions:
                if one.state == BLOCKED:
                    self._settle(one)
        return [index for index, one in enumerate(self.sessions) if one.state == STOPPED]

    @property
    def over(self) -> bool:
        return all(one.state == ENDED for one in self.sessions)

    def step(self, index: int) -> None:
        """Let one make a step; then the other, if it waited for it, comes as far as it can."""
        one, other = self.sessions[index], self.sessions[1 - index]
        one.go()
        self._settle(one)
        self.waited += one.state == BLOCKED
        if other.state == BLOCKED:
            self._settle(other)

    def _settle(self, one: Session) -> None:
        """Wait until a session stops, ends, or waits for a lock."""
        if one.state == BLOCKED and one.arrived(0):
            return
        waited = 0.0
        while not one.arrived(PATIENCE):
            if self._blocked(one) and not one.arrived(0):
                one.state = BLOCKED
                return
            waited += PATIENCE
            if waited > LONGEST:
                raise Stuck(f"after {one.steps} steps")

    def _blocked(self, one: Session) -> bool:
        asked = text("SELECT cardinality(pg_blocking_pids(:backend)) > 0")
        return one.backend != 0 and bool(self._monitor.execute(asked, {"backend": one.backend}).scalar_one())


@contextmanager
def by_steps(database: Database) -> Iterator[None]:
    """While this lasts, units of a `Session` on this database stop before each statement and before their commit."""

    def stop(connection: Connection) -> None:
        session = getattr(_mine, "session", None)
        if session is not None:
            session.stop(connection.connection.dbapi_connection.info.backend_pid)  # type: ignore[union-attr]

    def executing(connection: Connection, *_: Any) -> None:
        stop(connection)

    event.listen(database.engine, "before_cursor_execute", executing)
    event.listen(database.engine, "commit", stop)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", executing)
        event.remove(database.engine, "commit", stop)

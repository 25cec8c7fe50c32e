"""How does a proof do what a request does? One unit of work, done again when the database gives it up, its key looked
up and kept by the door's own code; what comes of it is told by the code of the refusal."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request

from mem.core.db import Database
from mem.core.errors import MemError
from mem.core.work import Work
from mem.http.constraints import meaning
from mem.http.retry import ATTEMPTS, FIRST_PAUSE, given_up
from mem.http.unit import Door, House
from mem.people.actions import ACTIONS
from mem.people.policy import Actor

DONE, REPLAYED = "done", "replayed"
NO_HOUSE = cast(House, None)


@dataclass(frozen=True)
class Outcome:
    """What came of a unit: `done`, `replayed` or the code of its refusal, with the codes of every reason; how often it
    was begun, and from when to when (by the machine's monotonic clock)."""

    code: str
    reasons: tuple[str, ...] = ()
    result: Any = None
    attempts: int = 1
    begun: float = 0.0
    ended: float = 0.0


def unit(database: Database, act: Callable[[Work], Any], now: datetime) -> Outcome:
    """Let something take effect in a unit of work. Raises what no rule of ours explains, as the door answers 500."""
    begun, pause, attempt = time.monotonic(), FIRST_PAUSE, 0

    def came(code: str, reasons: tuple[str, ...] = (), result: Any = None) -> Outcome:
        return Outcome(code, reasons, result, attempt, begun, time.monotonic())

    while True:
        attempt += 1
        try:
            with database.write() as connection:
                result = act(Work(connection, now))
            return came(result[0] if isinstance(result, Replay) else DONE, (), result)
        except MemError as refusal:
            return came(refusal.code, tuple(reason.code for reason in refusal.reasons))
        except DBAPIError as error:
            if attempt == ATTEMPTS or not given_up(error):
                known = meaning(error)
                return (
                    came(known.code) if known is not None else came(f"500 ({type(error.orig).__name__})", (str(error),))
                )
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause *= 2


class Replay(tuple[str, Any]):
    """Whether a keyed unit took effect now or before, and the reference to its result."""


def keyed(actor: Actor, key: str, path: str, act: Callable[[Work], Any]) -> Callable[[Work], Replay]:
    """The same unit as a POST with an `Idempotency-Key`."""
    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "scheme": "http",
        "server": ("proof", 80), "headers": [(b"idempotency-key", key.encode())], "state": {"body_sha256": "0" * 64},
    }  # fmt: skip

    def acted(work: Work) -> Replay:
        door = Door(work, NO_HOUSE, Request(scope), ACTIONS["me.read"], actor)
        shown = door.once(lambda: act(work), lambda made: made, lambda: None)
        return Replay((REPLAYED if door.replay else DONE, shown))

    return acted

"""What happens when the database gives up a unit of work for reasons of its own? All of it is done again.

A unit ends inside the attempt: its transaction is committed, or rolled back and given up, before the next begins and
before any answer leaves.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError

ATTEMPTS = 4
FIRST_PAUSE = 0.02  # seconds; doubled with each attempt, and shaken, so that two rivals do not meet again
# Serialization failure, deadlock, lock not available; and a unique key that another unit was faster to take: done
# again, the unit sees what the other stored, and is refused in words, or finds that nothing is left to do.
GIVEN_UP = frozenset({"40001", "40P01", "55P03", "23505"})
FUNCTION_STACK = "fastapi_function_astack"  # where FastAPI keeps what ends with the function, before the answer


async def whole_unit(handler: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    """Run a request's unit of work, again when the database gave it up. Raises what the last attempt raised."""
    pause = FIRST_PAUSE
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with AsyncExitStack() as unit:
                request.scope[FUNCTION_STACK] = unit
                return await handler(request)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not given_up(error):
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        pause *= 2
    raise AssertionError("unreachable")


def given_up(error: DBAPIError) -> bool:
    """Whether the same unit may well succeed when it is done again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in GIVEN_UP or "database is locked" in str(error.orig)

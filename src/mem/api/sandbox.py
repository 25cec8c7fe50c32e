"""The clock of a sandbox, over HTTP: what it says, and set forward."""

from __future__ import annotations

from datetime import datetime

from fastapi import Response

from mem.api.routing import TAGGED, Instant, Shown, Taken, acts, router
from mem.core.errors import NotFound
from mem.http.unit import Door, IfMatch, Reading, Writing, expected_version, tag
from mem.sandbox.service import clock, set_clock

routes = router("sandbox")
CLOCK = {**TAGGED, 404: {}}
"""The `responses` of both: elsewhere there is no clock."""


class ClockIn(Taken):
    instant: Instant


class ClockShown(Shown):
    """What the clock says; `number` counts how often it was set."""

    instant: datetime
    number: int


def _shown(door: Door, response: Response) -> ClockShown:
    found = clock(door.work.db)
    if found is None:
        raise NotFound("no_sandbox", "This is no sandbox: its time is everybody's.")
    response.headers["ETag"] = tag(found.number)
    return ClockShown.model_validate(found)


@routes.get("/sandbox/clock", openapi_extra=acts("service.read"), operation_id="clock", responses=CLOCK)
def get_clock(door: Reading, response: Response) -> ClockShown:
    """What the clock of this sandbox says; 404 where it is none."""
    return _shown(door, response)


@routes.put("/sandbox/clock", openapi_extra=acts("clock.set"), operation_id="set_clock", responses=CLOCK)
def put_clock(body: ClockIn, door: Writing, response: Response, if_match: IfMatch = None) -> ClockShown:
    """Set the clock of this sandbox forward; what is due then is done at the next turn."""
    door.allow(*door.house.within())
    set_clock(door.work, body.instant, expected_version(if_match))
    return _shown(door, response)

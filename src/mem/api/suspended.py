"""How is shown that something is suspended?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from mem.api.routing import Shown
from mem.http.unit import Door
from mem.people.policy import Place
from mem.rounds.suspensions import suspension


class SuspensionShown(Shown):
    """Nothing is edited or moved `since` then, and why."""

    since: datetime
    reason: str


def suspended(door: Door, position: UUID, place: Place) -> SuspensionShown | None:
    """The suspension of what stands at a position, where its place says that there is one."""
    found = None if place.suspended is None else suspension(door.work, position)
    return None if found is None else SuspensionShown.model_validate(found)

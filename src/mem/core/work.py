"""What does one unit of work carry? A connection inside one transaction, the deciding instant, who acts,
and the sources of ids and randomness: all injected, so that a test can fix them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection


@dataclass(frozen=True)
class Work:
    """One transaction. Whoever opened it commits it; nothing else does.

    `now` is `received_at`: the instant at which the last byte of the request arrived; in a sandbox what its clock says,
    and `machine` is that instant. `decided` collects the actions that the policy allowed within it, so that the door
    can see that a route asked for what it declares.
    """

    db: Connection
    now: datetime
    actor_id: UUID | None = None
    new_id: Callable[[], UUID] = uuid.uuid4
    entropy: Callable[[int], bytes] = os.urandom
    decided: set[str] = field(default_factory=set)
    machine: datetime | None = None

    @property
    def outside(self) -> datetime:
        """The instant by which goes what is real also in a sandbox: how long a token is good, a key is kept."""
        return self.machine or self.now

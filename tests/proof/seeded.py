"""How is a world made so that a second one differs from it in its secrets alone?

Ids, salts and instants come from streams named by the step that takes them, so that a step which takes more of them
than in the other world shifts none of those after it. What is secret is drawn from a stream of its own for each
secret, whose seed is all in which two worlds differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import Connection

from mem.core.work import Work

WORDS = [
    "law",
    "decree",
    "council",
    "data",
    "budget",
    "port",
    "clinic",
    "school",
    "border",
    "laboratory",
    "survey",
    "network",
    "record",
    "court",
]


@dataclass(frozen=True)
class Seeded:
    """A database being filled, the instant at which its world began, and the seed of each secret (0 where none)."""

    connection: Connection
    began: datetime
    seeds: Mapping[str, int]

    def draw(self, secret: str, of: str = "") -> Random:
        """The stream from which this secret (of a state) is drawn."""
        return Random(f"{secret} {of}:{self.seeds.get(secret, 0)}")

    def work(self, step: str, day: float) -> Work:
        """The unit of work of a step, so many days after the beginning."""
        ids, salts = Random(f"ids of {step}"), Random(f"salts of {step}")
        return Work(
            self.connection,
            self.began + timedelta(days=day),
            new_id=lambda: UUID(int=ids.getrandbits(128), version=4),
            entropy=salts.randbytes,
        )


def words(draw: Random) -> str:
    """A text of one to twelve words."""
    return " ".join(draw.choices(WORDS, k=draw.randint(1, 12))).capitalize() + "."

"""What is a race? Eight racers who all want what one alone may have, and what each of the others is told."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from tests.proof.units import keyed
from tests.worlds import World

from mem.core.errors import Precondition
from mem.people.policy import Actor
from mem.process.advance import advance, lapse
from mem.process.facts import Payload
from mem.process.subjects import moving

RACERS = 8
Act = Callable[[World], Any]
"""What a racer does in a unit of work of its own: the world as that unit sees it comes in."""
LOST = "stale"
"""What a racer is told whose version has been overtaken."""
_keys = count(1)


@dataclass(frozen=True)
class Race:
    """One act a racer, how many of them win, and the codes of which every other is told one. The last `rivals` want
    another thing: of them one wins at most. `moves`: the position that is moved by one version; `records`: a chain, and
    how many events of these types come to it; `ends`: the type of the last event of the evaluation's chain after it."""

    name: str
    acts: Sequence[Act]
    told: frozenset[str]
    winners: int = 1
    moves: UUID | None = None
    records: tuple[UUID, tuple[str, ...], int] | None = None
    rivals: int = 0
    ends: str | None = None


Races = Iterator[Race]


@dataclass(frozen=True)
class Arena:
    """A world as it stands between two races, with chance; `second` is the second expert of a state: the person, then
    the designation."""

    here: World
    chance: random.Random
    second: dict[str, UUID]

    def race(self, name: str, acts: Sequence[Act], *told: str, winners: int = 1, **more: Any) -> Race:
        """A race in which these acts are shared out among the racers, each to one at least."""
        lots = [*acts, *self.chance.choices(acts, k=RACERS - len(acts))]
        self.chance.shuffle(lots)
        return Race(name, lots, frozenset(told), winners, **more)

    def moves(self, *fired: tuple[Actor | None, str], position: UUID | None = None, **payload: Any) -> Race:
        """Moving on what stands somewhere by any of these triggers, on the version that it has (by nobody: a lapse)."""
        where = position or self.here.id
        seen = moving(self.here.work, where, None).version
        triggers = sorted({trigger for _, trigger in fired})
        acts = [_firing(actor, where, trigger, seen, Payload(**payload)) for actor, trigger in fired]
        return self.race(" or ".join(triggers), acts, LOST, moves=where)

    def session(self) -> UUID:
        """A new session of the Commission, held today."""
        return self.here.session()

    def once(self, name: str, actor: Actor, act: Act) -> Race:
        """One request, sent eight times at once with one key."""
        key, path = f"race-{next(_keys):09}", f"/proof/{self.here.id}"

        def sent(here: World) -> Any:
            return keyed(actor, key, path, lambda work: act(here.within(work)))(here.by(actor))

        return self.race(f"{name}, with one key", [sent], "replayed", "key_in_flight")


def _firing(actor: Actor | None, where: UUID, trigger: str, seen: int, payload: Payload) -> Act:
    def fire(here: World) -> object:
        if actor is not None:
            return advance(here.by(actor), actor, where, trigger, payload, seen)
        moved = lapse(here.work, where, trigger, seen)
        if moved is None:  # a lapse that finds that it came too late is told as any other who did
            raise Precondition(LOST, "This has moved since.")
        return moved

    return fire

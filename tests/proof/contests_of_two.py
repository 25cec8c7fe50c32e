"""What is contested where an act takes two persons? To ask, to withdraw, to approve, to go on without it: each once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import select
from tests.proof.contests import LOST, Act, Arena, Race, Races
from tests.proof.grounds import method
from tests.worlds import World

from mem.approvals.service import Waiting, waiting
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, grant_role
from mem.process.advance import advance
from mem.process.approving import second, take_back
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.rounds.conflicts import ask_to_lift, declare
from mem.rounds.models import Conflict

ASKED, SETTLED = ("approval_asked",), ("approval_given", "approval_withdrawn")
REFUSED = ("not_approved", "not_found", LOST)
"""What the second of two who approve is told: settled already, or that it is their own; or, once it has moved, that
there is nothing to approve where it stands now."""
AWAITED = "refused"
"""What the second of two who ask for a move is told: a second person is awaited."""


def another_officer(at: Arena) -> Actor:
    """One more of the secretariat."""
    person = add_person(at.here.work, "Another officer")
    grant_role(at.here.work, method(), person, "mem_unit", None)
    return Actor(person, "Another officer", (Grant("mem_unit", None, "mem"),))


def by_two(at: Arena, trigger: str, askers: Sequence[Actor], others: Sequence[Actor], contested: bool) -> Races:
    """A move is asked for once; where that is contested it is withdrawn or approved, once, and then asked for anew if
    it was withdrawn; then it is approved once, by whoever did not ask."""
    here, stage = at.here, at.here.stage
    yield _asking(at, trigger, askers)
    if contested:
        one = _waits(at, here.id)
        asker = _person(askers, one)
        acts: list[Act] = [_withdrawing(asker, one), *_approving(others, one)]
        told = (*REFUSED, "settled_already")
        yield at.race("withdraw or approve", acts, *told, records=(here.id, SETTLED, 1))
        if at.here.stage != stage:
            return
        yield _asking(at, trigger, askers)
    one = _waits(at, here.id)
    acts = [*_approving(others, one), _approves(_person(askers, one), one)]
    yield at.race(f"approve {trigger}", acts, *REFUSED, moves=here.id, records=(here.id, ("approval_given",), 1))


def finalised_or_reopened(at: Arena) -> Race:
    """The report is final, while four ask to open again what was concluded: one of them at most was there before."""
    here = at.here
    final = at.moves((here.coordinator, "finalise"))
    asks = _asking(at, "reopen_consolidation", [here.coordinator])
    acts, told = [*final.acts[:4], *asks.acts[:4]], frozenset({LOST, AWAITED})
    return Race("finalise, while others ask to reopen", acts, told, moves=here.id, rivals=4)


def lifting(at: Arena) -> Races:
    """A conflict is declared once, asked to be lifted once, withdrawn or lifted once."""
    here, person = at.here, at.here.experts["CHL"].person_id
    both = [here.secretariat, here.deputy]
    for _ in range(2):
        declared = [partial(_declaring, by, person) for by in (*both, here.experts["CHL"])]
        told = ("not_declared", "declared_already")
        yield at.race("declare", declared, *told, records=(here.round, ("conflict_declared",), 1))
        query = select(Conflict.id).where(Conflict.person_id == person, Conflict.lifted_at.is_(None))
        conflict = here.work.db.execute(query).scalar_one()
        lifted = False
        while not lifted:
            asks = [partial(_asking_to_lift, by, conflict) for by in both]
            yield at.race("ask to lift", asks, "second_awaited", records=(here.round, ASKED, 1))
            one = _waits(at, conflict)
            acts = [_withdrawing(_person(both, one), one), *_approving(both, one)]
            told = ("not_approved", "settled_already")
            yield at.race("lift or withdraw", acts, *told, records=(here.round, SETTLED, 1))
            lifted = here.work.db.execute(query).first() is None


def _asking(at: Arena, trigger: str, askers: Sequence[Actor]) -> Race:
    seen = moving(at.here.work, at.here.id, None).version

    def asks(actor: Actor, world: World) -> object:
        return advance(world.by(actor), actor, world.id, trigger, Payload("Once more."), seen)

    acts = [partial(asks, one) for one in askers]
    return at.race(f"ask to {trigger}", acts, AWAITED, records=(at.here.id, ASKED, 1))


def _waits(at: Arena, subject: UUID) -> Waiting:
    return waiting(at.here.work, subject_id=subject)[-1]


def _person(among: Sequence[Actor], one: Waiting) -> Actor:
    return next(actor for actor in among if actor.person_id == one.asked_by)


def _approving(others: Sequence[Actor], one: Waiting) -> list[Act]:
    """Approvals by everybody but who asked."""
    return [_approves(actor, one) for actor in others if actor.person_id != one.asked_by]


def _approves(actor: Actor, one: Waiting) -> Act:
    return lambda world: second(world.by(actor), actor, one.id)


def _withdrawing(actor: Actor, one: Waiting) -> Act:
    return lambda world: take_back(world.by(actor), actor, one.id)


def _declaring(by: Actor, person: UUID, world: World) -> UUID:
    return declare(world.by(by), by, world.round, person, "BRB", "We were at school together.")


def _asking_to_lift(by: Actor, conflict: UUID, world: World) -> UUID:
    return ask_to_lift(world.by(by), by, conflict, "That was long ago.")

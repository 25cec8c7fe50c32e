"""What waits for a second person, and what happens when one approves it?

Whatever takes two persons is asked for where it belongs (a move at `advance`, the rest in its feature) and done here,
in the transaction in which the second person approves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from mem.answers import openings
from mem.approvals.service import Waiting, against_second, found, give, waiting, withdraw
from mem.core.errors import NotFound, Precondition, Reason, Refused
from mem.core.work import Work
from mem.methods.service import lock
from mem.people.policy import Actor, Place
from mem.people.service import acting
from mem.process.advance import MOVE, carry_out, decided, seen_subject
from mem.process.blockers import against, neither
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.reports import drafts
from mem.rounds import conflicts
from mem.rounds.standing import may, permit, round_standing


@dataclass(frozen=True)
class Act:
    """What takes two persons: whether it is a person's to approve (or to ask for), and how it is done as the second;
    both raise what the caller is told."""

    concerns: Callable[[Work, Actor, Waiting], bool]
    approve: Callable[[Work, Actor, Waiting], None]


def listed(work: Work, actor: Actor, round_id: UUID) -> list[Waiting]:
    """What waits in a round for a second person, as far as it concerns whoever asks: what they asked for, or could
    approve."""
    permit(work, actor, "approval.read", Place({}))
    round_standing(work, round_id)
    return [one for one in waiting(work, round_id=round_id) if ACTS[one.act].concerns(work, actor, one)]


def shown(work: Work, actor: Actor, approval_id: UUID) -> Waiting:
    """An approval, whatever became of it, for whom it concerns or who settled it. Raises `NotFound`."""
    permit(work, actor, "approval.read", Place({}))
    one = found(work, approval_id)
    if actor.person_id not in (one.asked_by, one.settled_by) and not ACTS[one.act].concerns(work, actor, one):
        raise NotFound
    return one


def second(work: Work, actor: Actor, approval_id: UUID) -> Waiting:
    """Approve what another person asked for: it is done at once. Raises `Refused` with every reason."""
    permit(work, actor, "approval.settle", Place({}))
    one = found(work, approval_id, hold=True)
    lock(work, one.subject_id)  # whom it concerns goes by where that stands, which then stays so
    if actor.person_id != one.asked_by and not ACTS[one.act].concerns(work, actor, one):
        raise NotFound
    ACTS[one.act].approve(work, actor, one)
    return found(work, approval_id)


def take_back(work: Work, actor: Actor, approval_id: UUID) -> Waiting:
    """Withdraw what one asked for oneself; nobody else can. Raises `NotFound`, `Conflict`."""
    permit(work, actor, "approval.settle", Place({}))
    one = found(work, approval_id, hold=True)
    if actor.person_id != one.asked_by:
        raise NotFound
    withdraw(work, one)
    return found(work, approval_id)


def _concerns_move(work: Work, actor: Actor, one: Waiting) -> bool:
    """Whether a move that was asked for is one that the actor could approve, or ask for, where it stands now."""
    subject = moving(work, one.subject_id, actor)
    transition = subject.workflow.transition(one.content["trigger"], subject.stage)
    if transition is None or not may(actor, subject.read, subject.place):
        return False
    return not neither(subject, actor, transition)


def _move(work: Work, actor: Actor, one: Waiting) -> None:
    subject, trigger = seen_subject(work, actor, one.subject_id, None), one.content["trigger"]
    transition = subject.workflow.transition(trigger, subject.stage)
    if transition is None or subject.version != one.version:
        stale = Reason("stale", f"It stands in '{subject.stage}'.")
        raise Precondition(stale.code, "This has moved since it was asked for.", [stale])
    occasion = one.content["occasion"]
    payload = Payload(one.content["reason"], None if occasion is None else UUID(occasion))
    asker = acting(work, one.asked_by)
    against_asker = against(moving(work, one.subject_id, asker), asker, transition.by, subject.act)
    reasons = [
        *against_second(work, one, actor.person_id),
        *against(subject, actor, transition.second, subject.act),
        *_of_asker(against_asker),
    ]
    try:
        _, to = decided(work, subject, None, trigger, payload, {})
    except Refused as refusal:
        raise _refused([*reasons, *refusal.reasons]) from refusal
    if reasons:
        raise _refused(reasons)
    give(work, one)
    carry_out(work, subject, transition, to, payload, one)


def _in_round(work: Work, one: Waiting, actor: Actor) -> Place:
    return round_standing(work, one.round_id).place()


def _by_capability(
    action: str,
    act: Callable[[Work, Waiting], None],
    place: Callable[[Work, Waiting, Actor], Place] = _in_round,
) -> Act:
    """What whoever may ask for it also approves, as another person."""

    def approve(work: Work, actor: Actor, one: Waiting) -> None:
        permit(work, actor, action, place(work, one, actor))
        asker = acting(work, one.asked_by)
        asker_may = may(asker, action, place(work, one, asker))
        gone = () if asker_may else _of_asker([Reason("no_capability", "It is theirs no longer.")])
        if reasons := [*against_second(work, one, actor.person_id), *gone]:
            raise _refused(reasons)
        give(work, one)
        act(work, one)

    return Act(lambda work, actor, one: may(actor, action, place(work, one, actor)), approve)


def _of_asker(reasons: list[Reason]) -> list[Reason]:
    """What stands against whoever asked, as whoever approves is told of it."""
    return [replace(one, message=f"Whoever asked for it: {one.message}", about="asked_by") for one in reasons]


def _refused(reasons: list[Reason]) -> Refused:
    return Refused("not_approved", "This is not approved.", reasons)


ACTS: Mapping[str, Act] = {
    MOVE: Act(_concerns_move, _move),
    conflicts.LIFT: _by_capability("conflict.lift", conflicts.lift),
    openings.OPEN: _by_capability("openings.edit", openings.open_asked, openings.place_of),
    drafts.EXPORT: _by_capability("drafts.export", drafts.hand_out),
}
"""Every act that takes two persons."""

"""May this subject move, why not, and if so, move it. The one door for every stage.

Lock the row, gather facts, decide purely, compare-and-swap, run the effects, write the event: one transaction.
Asking what is possible runs the same `blockers`. What takes two persons is asked for by one, and moves when another
approves it, by the same road.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mem.approvals.service import Asked, Waiting, ask, waiting
from mem.core.clock import iso
from mem.core.errors import NotAllowed, NotFound, Precondition, Reason, Refused
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.service import lock, move
from mem.people.policy import Actor
from mem.process.blockers import NEED, against, blockers, neither
from mem.process.effects import EFFECTS, Done
from mem.process.facts import Payload
from mem.process.subjects import Moving, moving
from mem.rounds.deadlines import enter, follow, keep
from mem.rounds.reckoning import Entry
from mem.rounds.standing import RoundStanding, may
from mem.workflow.definition import SAME, Transition

MOVE = "move"
"""The act that a second person approves here."""


@dataclass(frozen=True)
class Possible:
    """A trigger that leaves the present stage: where it leads, who fires it, who approves it where it takes two, what
    must come with it, and every blocker; it is open when there is none but what must come with it. `asked`: the
    approval that waits for a second person, for those who may ask for it or approve it."""

    trigger: str
    to: str
    by: Sequence[str]
    second: Sequence[str]
    needs: Sequence[str]
    blockers: Sequence[Reason]
    asked: Waiting | None

    @property
    def is_open(self) -> bool:
        return all(blocker in NEED.values() for blocker in self.blockers)


@dataclass(frozen=True)
class Moved:
    """What a move did: from where to where, and the version after it."""

    trigger: str
    from_stage: str
    to_stage: str
    version: int


def possible(
    work: Work, actor: Actor, position_id: UUID, payload: Payload, kind: str | None = None
) -> tuple[Moving, list[Possible]]:
    """Every trigger that leaves the present stage, each with all its blockers for this actor. `kind`: the subject that
    is meant, if one is; another at this position is not there."""
    subject = seen_subject(work, actor, position_id, kind)
    leaving = subject.workflow.leaving(subject.stage)
    facts, asked = subject.facts(work, payload, leaving), asked_of(work, subject)
    work.decided.add(subject.read)
    return subject, [
        Possible(
            transition.trigger,
            transition.leads(subject.stage),
            transition.by,
            transition.second,
            transition.needs,
            blockers(subject, actor, transition, facts, asked),
            None if neither(subject, actor, transition) else asked.get(transition.trigger),
        )
        for transition in leaving
    ]


def advance(
    work: Work,
    actor: Actor,
    position_id: UUID,
    trigger: str,
    payload: Payload,
    seen_version: int,
    kind: str | None = None,
) -> Moved | UUID:
    """Fire a trigger for an actor who saw `seen_version`; of one that takes two persons, the approval that now waits
    for the second. Raises `Refused` with every blocker, `NotAllowed` when there is none but that it is not the actor's
    to fire, `Precondition` when the subject has moved since, `NotFound` when it is not for the actor."""
    lock(work, position_id)
    subject = seen_subject(work, actor, position_id, kind)
    if subject.version != seen_version:
        raise Precondition(
            "stale", "This has moved since you saw it.", [Reason("stale", f"It stands in '{subject.stage}'.")]
        )
    transition, to = decided(work, subject, actor, trigger, payload, asked_of(work, subject))
    if not transition.second:
        return carry_out(work, subject, transition, to, payload)
    work.decided.add(subject.act)
    content = {"trigger": trigger, "reason": payload.reason, "occasion": _text(payload.occasion)}
    asked = Asked(MOVE, position_id, subject.version, content, subject.round_id, subject.chain)
    return ask(work, asked, subject.method.second_until(work.now))


def lapse(work: Work, position_id: UUID, trigger: str, version: int) -> Moved | None:
    """Fire what lapses at a deadline, by nobody; None when the subject has moved since. Raises `Refused`."""
    lock(work, position_id)
    subject = moving(work, position_id, None)
    if subject.version != version:
        return None
    payload = Payload(reason="deadline passed")
    return carry_out(work, subject, *decided(work, subject, None, trigger, payload, {}), payload)


def seen_subject(work: Work, actor: Actor, position_id: UUID, kind: str | None) -> Moving:
    """What stands at a position, for an actor who may know of it. Raises `NotFound`."""
    subject = moving(work, position_id, actor)
    if kind not in (None, subject.workflow.subject) or not may(actor, subject.read, subject.place):
        raise NotFound
    return subject


def asked_of(work: Work, subject: Moving) -> dict[str, Waiting]:
    """What waits for a second person at the version that a subject has now, by trigger."""
    rows = waiting(work, subject_id=subject.where.id)
    return {row.content["trigger"]: row for row in rows if row.act == MOVE and row.version == subject.version}


def decided(
    work: Work,
    subject: Moving,
    actor: Actor | None,
    trigger: str,
    payload: Payload,
    asked: Mapping[str, Waiting],
) -> tuple[Transition, str]:
    """The transition of a trigger, and where it leads, when nothing is against it. Raises as `advance` does."""
    to = subject.method.roads[subject.workflow.workflow].after(subject.stage, trigger)
    if isinstance(to, Reason):
        raise Refused("refused", "This is not possible now.", [to])
    transition = subject.workflow.transition(trigger, subject.stage)
    assert transition is not None
    found = blockers(subject, actor, transition, subject.facts(work, payload, [transition]), asked)
    if actor is not None and found and found == against(subject, actor, transition.by, subject.act):
        raise NotAllowed("not_allowed", "You may not do this here.", found)
    if found:
        raise Refused("refused", "This is not possible now.", found)
    return transition, to


def carry_out(
    work: Work, subject: Moving, transition: Transition, to: str, payload: Payload, approval: Waiting | None = None
) -> Moved:
    """Move what may move, with all that follows."""
    work.decided.add(subject.act)
    trigger, workflow, seen = transition.trigger, subject.workflow.workflow, (subject.stage, subject.version)
    approval_id = None if approval is None else approval.id
    stays = transition.to == SAME
    version = move(work, subject.where.id, subject.method, workflow, trigger, seen, to, approval_id, stays)
    entry = Entry(
        subject.where.id, subject.round_id, subject.method, subject.workflow, to, version, work.now, payload.occasion
    )
    due = keep(work, entry) if stays else enter(work, entry, subject.chain)
    said = _said(subject, trigger, to, version, payload, due)
    record(work, subject.chain, "stage_moved", said if approval is None else {**said, **approval.named})
    if isinstance(subject.where, RoundStanding):
        follow(work, subject.round_id, subject.method, "stage_moved")
    _run_effects(work, subject, transition, Done(trigger, payload, version))
    return Moved(trigger, subject.stage, to, version)


def _run_effects(work: Work, subject: Moving, transition: Transition, done: Done) -> None:
    for use in transition.effects:
        effect = EFFECTS[use.name]
        for further in effect.run(work, subject.where, done, effect.params.model_validate(use.params)):
            lock(work, further.position_id)
            moved, payload = moving(work, further.position_id, None), Payload(done.payload.reason)
            carry_out(work, moved, *decided(work, moved, None, further.trigger, payload, {}), payload)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _said(
    subject: Moving, trigger: str, to: str, version: int, payload: Payload, due: datetime | None
) -> dict[str, object]:
    return {
        "position": str(subject.where.id),
        "workflow": subject.workflow.workflow,
        "trigger": trigger,
        "from": subject.stage,
        "to": to,
        "version": version,
        "reason": payload.reason,
        "occasion": _text(payload.occasion),
        "due_at": None if due is None else iso(due),
    }

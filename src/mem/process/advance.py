"""May this subject move, why not, and if so, move it. The one door for every stage.

Lock the row, gather facts, decide purely, compare-and-swap, run the effects, write the event: one transaction.
Asking what is possible runs the same `_blockers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert

from mem.core.clock import iso
from mem.core.errors import NotAllowed, NotFound, Precondition, Reason, Refused
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.service import lock, move
from mem.people.policy import ACTIONS, Actor, Deny, decide, seen_by
from mem.process.effects import EFFECTS, Done
from mem.process.facts import Facts, Payload
from mem.process.guards import GUARDS
from mem.process.subjects import Moving, moving
from mem.rounds.models import Deadline
from mem.rounds.standing import may
from mem.workflow.definition import Transition

NEED = {
    "reason": Reason("reason_needed", "This needs a reason.", "/reason"),
    "occasion": Reason("occasion_needed", "This needs the occasion that decided.", "/occasion"),
}


@dataclass(frozen=True)
class Possible:
    """A trigger that leaves the present stage: where it leads, who fires it, what must come with it, and every
    blocker; it is open when there is none but what must come with it."""

    trigger: str
    to: str
    by: Sequence[str]
    needs: Sequence[str]
    blockers: Sequence[Reason]

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
    subject = _seen(work, actor, position_id, kind)
    leaving = subject.workflow.leaving(subject.stage)
    facts = subject.facts(work, payload, leaving)
    work.decided.add(subject.read)
    return subject, [
        Possible(
            transition.trigger,
            transition.to,
            transition.by,
            transition.needs,
            _blockers(subject, actor, transition, facts),
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
) -> Moved:
    """Fire a trigger for an actor who saw `seen_version`. Raises `Refused` with every blocker, `NotAllowed` when there
    is none but that it is not the actor's to fire, `Precondition` when the subject has moved since, `NotFound` when it
    is not for the actor."""
    lock(work, position_id)
    subject = _seen(work, actor, position_id, kind)
    if subject.version != seen_version:
        raise Precondition(
            "stale", "This has moved since you saw it.", [Reason("stale", f"It stands in '{subject.stage}'.")]
        )
    return _fire(work, subject, actor, trigger, payload)


def lapse(work: Work, position_id: UUID, trigger: str, version: int) -> Moved | None:
    """Fire what lapses at a deadline, by nobody; None when the subject has moved since. Raises `Refused`."""
    lock(work, position_id)
    subject = moving(work, position_id, None)
    if subject.version != version:
        return None
    return _fire(work, subject, None, trigger, Payload(reason="deadline passed"))


def _seen(work: Work, actor: Actor, position_id: UUID, kind: str | None) -> Moving:
    subject = moving(work, position_id, actor)
    if kind not in (None, subject.workflow.subject) or not may(actor, subject.read, subject.place):
        raise NotFound
    return subject


def _fire(work: Work, subject: Moving, actor: Actor | None, trigger: str, payload: Payload) -> Moved:
    to = subject.method.roads[subject.workflow.workflow].after(subject.stage, trigger)
    if isinstance(to, Reason):
        raise Refused("refused", "This is not possible now.", [to])
    transition = subject.workflow.transition(trigger, subject.stage)
    assert transition is not None
    blockers = _blockers(subject, actor, transition, subject.facts(work, payload, [transition]))
    if actor is not None and blockers and blockers == _against(subject, actor, transition):
        raise NotAllowed("not_allowed", "You may not do this here.", blockers)
    if blockers:
        raise Refused("refused", "This is not possible now.", blockers)
    work.decided.add(subject.act)
    version = move(
        work, subject.where.id, subject.method, subject.workflow.workflow, trigger, (subject.stage, subject.version), to
    )
    due = _set_deadline(work, subject, to, version)
    record(work, subject.chain, "stage_moved", _said(subject, trigger, to, version, payload, due))
    _run_effects(work, subject, transition, Done(trigger, payload, version))
    return Moved(trigger, subject.stage, to, version)


def _run_effects(work: Work, subject: Moving, transition: Transition, done: Done) -> None:
    for use in transition.effects:
        effect = EFFECTS[use.name]
        for further in effect.run(work, subject.where, done, effect.params.model_validate(use.params)):
            lock(work, further.position_id)
            _fire(work, moving(work, further.position_id, None), None, further.trigger, Payload())


def _blockers(subject: Moving, actor: Actor | None, transition: Transition, facts: Facts) -> list[Reason]:
    """Every reason against a transition: who asks, what must come with it, what its guards say. By nobody (a lapse,
    or a consequence of another move) only the guards are asked. Who may not fire it is told of the guards only what
    they see anyway: what is missing tells of answers, of who judges, of where another evaluation stands."""
    found = [] if actor is None else _against(subject, actor, transition)
    seen = None if actor is None or not found else seen_by(actor, subject.place)
    if actor is not None:
        given = {"reason": facts.payload.reason, "occasion": facts.payload.occasion}
        found.extend(NEED[need] for need in transition.needs if not given[need])
    for use in transition.guards:
        guard = GUARDS[use.name]
        if seen is None or guard.tells is None or guard.tells in seen:
            found.extend(guard.judge(facts, guard.params.model_validate(use.params)))
    return found


def _against(subject: Moving, actor: Actor, transition: Transition) -> list[Reason]:
    """Why this actor does not fire a transition; empty when it is theirs to fire."""
    ours = replace(actor, grants=tuple(grant for grant in actor.grants if grant.role in transition.by))
    if not ours.grants:
        return [Reason("not_yours", "Your role does not fire this.", about=", ".join(transition.by))]
    verdict = decide(ours, ACTIONS[subject.act], subject.place)
    return [*verdict.reasons] if isinstance(verdict, Deny) else []


def _set_deadline(work: Work, subject: Moving, stage: str, version: int) -> datetime | None:
    deadline = subject.workflow.stages[stage].deadline
    if deadline is None:
        return None
    due = work.now + timedelta(days=subject.method.calendar.days[deadline.days].days)
    work.db.execute(
        insert(Deadline).values(
            position_id=subject.where.id, version=version, stage=stage, due_at=due, lapse=deadline.lapse
        )
    )
    return due


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
        "occasion": None if payload.occasion is None else str(payload.occasion),
        "due_at": None if due is None else iso(due),
    }

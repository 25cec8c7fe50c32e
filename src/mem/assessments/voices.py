"""What does each voice say to what the experts conclude together? Each for itself, once a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, func, insert, select

from mem.assessments.models import ConclusionVersion, Stance
from mem.assessments.rules import Spoken, spoken_faults
from mem.core.errors import Invalid, Precondition, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.rounds.experts import own_assignment
from mem.rounds.models import Assignment
from mem.rounds.standing import permitted

_newest = (
    select(ConclusionVersion.unit, func.max(ConclusionVersion.version).label("version"))
    .where(ConclusionVersion.evaluation_id == bindparam("evaluation"))
    .group_by(ConclusionVersion.unit)
    .subquery()
)
_STANCES = (
    select(_newest.c.unit, Assignment.expert_state, Stance.agrees, Stance.text)
    .join(Stance, and_(Stance.unit == _newest.c.unit, Stance.version == _newest.c.version))
    .join(Assignment, and_(Assignment.id == Stance.assignment_id, Assignment.ended_at.is_(None)))
    .where(Stance.evaluation_id == bindparam("evaluation"))
    .order_by(_newest.c.unit, Assignment.expert_state)
)
_NEWEST = select(_newest.c.unit, _newest.c.version)


@dataclass(frozen=True)
class Voice:
    """What the voice of a state says to a conclusion; `text` is its dissent."""

    state: str
    agrees: bool
    text: Mapping[str, str] | None


def speak(work: Work, actor: Actor, evaluation_id: UUID, said: Sequence[Spoken]) -> list[tuple[str, int]]:
    """Say with the actor's own voice that it agrees to conclusions or dissents, all or none. Raises `Invalid`, and
    `Precondition` where a conclusion has been written anew since the actor saw it."""
    where = permitted(work, actor, "conclusions.edit", evaluation_id)
    mine = own_assignment(work, actor, evaluation_id)
    newest = {unit: version for unit, version in work.db.execute(_NEWEST, {"evaluation": evaluation_id})}
    spoken = {unit for unit, voices in stances(work, evaluation_id).items() if mine.expert_state in voices}
    reasons = list(spoken_faults(said, newest, spoken, where.method.mechanism.languages))
    if reasons:
        raise Invalid("not_spoken", "This cannot be stored.", reasons)
    stale = [
        Reason("stale", f"The newest version is {newest[one.unit]}.", one.where)
        for one in said
        if one.version != newest[one.unit]
    ]
    if stale:
        raise Precondition("stale", "A conclusion has been written anew.", stale)
    rows = [
        {
            "assignment_id": mine.id,
            "evaluation_id": evaluation_id,
            "unit": one.unit,
            "version": one.version,
            "agrees": one.dissent is None,
            "text": None if one.dissent is None else dict(one.dissent),
            "by": actor.person_id,
            "at": work.now,
        }
        for one in said
    ]
    if rows:
        work.db.execute(insert(Stance), rows)
        kept = [{key: row[key] for key in ("unit", "version", "agrees", "text")} for row in rows]
        record(work, evaluation_id, "voice_spoke", {"voice": mine.expert_state, "stances": kept})
    return [(one.unit, one.version) for one in said]


def stances(work: Work, evaluation_id: UUID) -> dict[str, dict[str, Voice]]:
    """What the voices that count have said to the newest conclusions: by unit and state, for whoever has asked the
    policy already. One query."""
    found: dict[str, dict[str, Voice]] = {}
    for unit, state, agrees, text in work.db.execute(_STANCES, {"evaluation": evaluation_id}):
        found.setdefault(unit, {})[state] = Voice(state, agrees, text)
    return found

"""Who must not judge whom? Conflicts of interest that are declared, and lifted only by two persons together."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert, select, update

from mem.approvals.models import Approval
from mem.approvals.service import WAITING, Asked, Waiting, ask, waiting
from mem.core.db import AnyRow
from mem.core.errors import Conflict as Contradiction
from mem.core.errors import Invalid, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.models import Person
from mem.people.policy import Actor, Place, own_states
from mem.people.service import acting, person
from mem.rounds.models import Conflict, CountryEvaluation
from mem.rounds.standing import RoundStanding, may, permit, round_standing

LIFT = "lift_conflict"


def declare(work: Work, actor: Actor, round_id: UUID, person_id: UUID, state: str, reason: str) -> UUID:
    """A person who evaluates has a conflict with a state, from the next request on. Whoever evaluates declares their
    own; another's is declared by whoever may ask to lift one."""
    where = round_standing(work, round_id)
    permit(work, actor, "conflict.declare", where.place())
    if person_id != actor.person_id:
        permit(work, actor, "conflict.lift", where.place())
    person(work, person_id)
    reasons = []
    if where.method.members.member(state) is None:
        reasons.append(Reason("unknown_state", "There is no such member state.", "/state"))
    if not _evaluates(acting(work, person_id), where):
        reasons.append(Reason("no_evaluator", "This person evaluates nothing.", "/person"))
    if work.db.execute(
        select(Conflict.id).where(
            Conflict.round_id == round_id,
            Conflict.person_id == person_id,
            Conflict.state == state,
            Conflict.lifted_at.is_(None),
        )
    ).first():
        reasons.append(Reason("declared_already", "This conflict is declared already.", "/state"))
    if reasons:
        raise Invalid("not_declared", "This conflict cannot be declared.", reasons)
    conflict_id = work.new_id()
    row = {"round_id": round_id, "person_id": person_id, "state": state, "reason": reason}
    work.db.execute(insert(Conflict).values(id=conflict_id, declared_by=actor.person_id, declared_at=work.now, **row))
    data = {"conflict": str(conflict_id), "person": str(person_id), "state": state, "reason": reason}
    record(work, round_id, "conflict_declared", data)
    return conflict_id


def conflicts(work: Work, actor: Actor, round_id: UUID) -> list[AnyRow]:
    """The conflicts of a round that whoever asks may know of: all of them, for whoever may ask to lift one; one's own;
    and for whoever speaks for a state, those with that state that were lifted, with who lifted them."""
    where = round_standing(work, round_id)
    permit(work, actor, "conflict.read", where.place())
    query = (
        select(
            Conflict.id, Conflict.person_id, Person.name, Conflict.state, Conflict.reason, Conflict.declared_at,
            Conflict.lifted_at, Approval.asked_by, Approval.settled_by,
        )
        .join(Person, Person.id == Conflict.person_id)
        .outerjoin(Approval, Approval.id == Conflict.approval_id)
        .where(Conflict.round_id == round_id)
        .order_by(Conflict.state, Conflict.declared_at, Conflict.id)
    )  # fmt: skip
    return [row for row in work.db.execute(query) if _may_know(actor, where, row)]


def ask_to_lift(work: Work, actor: Actor, conflict_id: UUID, reason: str) -> UUID:
    """Ask for a conflict to be lifted; a second person then approves it. Raises `NotFound`, `Conflict`."""
    permit(work, actor, "conflict.read", Place({}))
    row = _held(work, conflict_id)
    where = round_standing(work, row.round_id)
    if not may(actor, "conflict.lift", where.place()):
        raise NotFound
    permit(work, actor, "conflict.lift", where.place())
    if row.lifted_at is not None:
        _contradict("lifted_already", "This conflict was lifted.")
    if waiting(work, subject_id=conflict_id):
        _contradict(WAITING, "This was asked for, and waits for a second person.")
    content = {"person": str(row.person_id), "state": row.state, "reason": reason}
    return ask(
        work, Asked(LIFT, conflict_id, 1, content, row.round_id, row.round_id), where.method.second_until(work.now)
    )


def lift(work: Work, approval: Waiting) -> None:
    """Lift a conflict, when a second person has approved it. The state it is with is told: its own chain says so."""
    row = _held(work, approval.subject_id)
    if row.lifted_at is not None:
        _contradict("lifted_already", "This conflict was lifted.")
    work.db.execute(update(Conflict).where(Conflict.id == row.id).values(approval_id=approval.id, lifted_at=work.now))
    data = {"conflict": str(row.id), "person": str(row.person_id), "state": row.state, **approval.named}
    record(work, row.round_id, "conflict_lifted", data)
    of_state = select(CountryEvaluation.id).where(
        CountryEvaluation.round_id == row.round_id, CountryEvaluation.state == row.state
    )
    for evaluation_id in work.db.execute(of_state.order_by(CountryEvaluation.id)).scalars():
        record(work, evaluation_id, "conflict_lifted", data)


def _held(work: Work, conflict_id: UUID) -> AnyRow:
    row = work.db.execute(select(Conflict.__table__).where(Conflict.id == conflict_id).with_for_update()).first()
    if row is None:
        raise NotFound
    return row


def _contradict(code: str, message: str) -> None:
    raise Contradiction(code, message, [Reason(code, message)])


def _evaluates(actor: Actor, where: RoundStanding) -> bool:
    mechanism = where.method.mechanism.mechanism
    held = (where.method.roles.get(grant.role) for grant in actor.grants if grant.mechanism == mechanism)
    return any(role is not None and role.evaluates for role in held)


def _may_know(actor: Actor, where: RoundStanding, row: AnyRow) -> bool:
    if row.person_id == actor.person_id or may(actor, "conflict.lift", where.place()):
        return True
    if row.lifted_at is None or row.state in own_states(actor, where.place()):
        return False
    mechanism = where.method.mechanism.mechanism
    return any(grant.mechanism == mechanism and grant.state == row.state for grant in actor.grants)

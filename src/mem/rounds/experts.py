"""Who judges whom? Designations by the states, and their voices on the evaluations of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, literal, select, update

from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.method import Method
from mem.people.models import Membership, Person
from mem.people.policy import OWN_COUNTRY, Actor
from mem.people.service import holds, person
from mem.rounds.models import Assignment, CountryEvaluation, Designation
from mem.rounds.standing import Standing, permit, permitted, round_permitted, round_standing
from mem.rounds.walls import acted_for, conflicted

_OWN = (
    select(Assignment.id, Assignment.expert_state, Assignment.handed_in_at)
    .where(
        Assignment.evaluation_id == bindparam("evaluation"),
        Assignment.person_id == bindparam("person"),
        Assignment.ended_at.is_(None),
    )
    .with_for_update()
)


def designate(work: Work, actor: Actor, round_id: UUID, state: str, person_id: UUID, rank: str) -> UUID:
    """A state names one of its experts for a round. The person must hold an evaluating role for that state."""
    where = round_permitted(work, actor, "round.designate", round_id, state)
    person(work, person_id)
    reasons = []
    if rank not in where.method.mechanism.ranks:
        reasons.append(Reason("unknown_rank", "The mechanism has no such rank.", "/rank"))
    mechanism = where.method.mechanism.mechanism
    if not any(holds(work, person_id, role, state, mechanism) for role in _judging(where.method)):
        reasons.append(Reason("no_expert", "This person is not an expert of this state.", "/person"))
    if work.db.execute(
        select(Designation.id).where(Designation.round_id == round_id, Designation.person_id == person_id)
    ).first():
        reasons.append(Reason("designated_already", "This person is designated already.", "/person"))
    if reasons:
        raise Invalid("not_designated", "This person cannot be designated.", reasons)
    designation_id = work.new_id()
    work.db.execute(
        insert(Designation).values(
            id=designation_id, round_id=round_id, state=state, person_id=person_id, rank=rank, at=work.now
        )
    )
    data = {"designation": str(designation_id), "state": state, "person": str(person_id), "rank": rank}
    record(work, round_id, "expert_designated", data)
    return designation_id


def candidates(work: Work, actor: Actor, round_id: UUID, state: str) -> list[AnyRow]:
    """Whom a state may name: the persons who hold an evaluating role for it: id, name, role."""
    where = round_standing(work, round_id)
    permit(work, actor, "round.candidates", where.place(state))
    query = (
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.state == state,
            Membership.mechanism == where.method.mechanism.mechanism,
            Membership.ended_at.is_(None),
            Membership.role.in_(_judging(where.method)),
        )
        .order_by(Person.name, Person.id)
    )
    return list(work.db.execute(query))


def designations(work: Work, round_id: UUID) -> list[AnyRow]:
    """The designated experts of a round: id, state, person_id, name, rank."""
    query = (
        select(Designation.id, Designation.state, Designation.person_id, Person.name, Designation.rank)
        .join(Person, Person.id == Designation.person_id)
        .where(Designation.round_id == round_id)
        .order_by(Designation.state, Designation.at, Designation.id)
    )
    return list(work.db.execute(query))


def assign(work: Work, actor: Actor, evaluation_id: UUID, designation_ids: Sequence[UUID]) -> list[UUID]:
    """Give designated experts of other states a voice on an evaluation, all or none. Never on the own country: see
    `put`. The voice of a state that has ended is taken up again, to be handed in anew."""
    where = permitted(work, actor, "assignments.edit", evaluation_id)
    made = []
    for index, designation_id in enumerate(designation_ids):
        pointer = f"/designations/{index}"
        found = _designated(work, where, designation_id, pointer)
        _keep_away(work, where, found, pointer)
        ended = work.db.execute(
            update(Assignment)
            .where(
                Assignment.evaluation_id == evaluation_id,
                Assignment.expert_state == found.state,
                Assignment.ended_at.is_not(None),
            )
            .values(
                designation_id=designation_id, person_id=found.person_id, at=work.now, ended_at=None, handed_in_at=None
            )
            .returning(Assignment.id)
        ).scalar()
        made.append(ended or put(work, evaluation_id, where.state, designation_id, found.state, found.person_id))
    data = {"assignments": [str(one) for one in made], "designations": [str(one) for one in designation_ids]}
    record(work, evaluation_id, "experts_assigned", data)
    return made


def substitute(
    work: Work, actor: Actor, evaluation_id: UUID, assignment_id: UUID, designation_id: UUID, reason: str
) -> None:
    """Pass a voice to another designated expert of its state, with all it has written; the one before has no part in
    the evaluation any more. Raises `Invalid`: not designated, of another state, or the same person."""
    where = permitted(work, actor, "assignments.edit", evaluation_id)
    voice = _voice(work, evaluation_id, assignment_id)
    found = _designated(work, where, designation_id, "/designation")
    _keep_away(work, where, found, "/designation")
    reasons = []
    if found.state != voice.expert_state:
        reasons.append(Reason("another_state", "A voice passes within its state.", "/designation"))
    if found.person_id == voice.person_id:
        reasons.append(Reason("same_person", "This expert has the voice already.", "/designation"))
    if reasons:
        raise Invalid("not_substituted", "The voice cannot pass to this expert.", reasons)
    work.db.execute(
        update(Assignment)
        .where(Assignment.id == assignment_id)
        .values(designation_id=designation_id, person_id=found.person_id, at=work.now)
    )
    data = {
        "voice": voice.expert_state,
        "from": str(voice.person_id),
        "to": str(found.person_id),
        "designation": str(designation_id),
        "reason": reason,
    }
    record(work, evaluation_id, "voice_passed", data)


def end(work: Work, actor: Actor, evaluation_id: UUID, assignment_id: UUID, reason: str) -> None:
    """End a voice: what it wrote stays in the record and counts no longer."""
    permitted(work, actor, "assignments.edit", evaluation_id)
    voice = _voice(work, evaluation_id, assignment_id)
    work.db.execute(update(Assignment).where(Assignment.id == assignment_id).values(ended_at=work.now))
    data = {"voice": voice.expert_state, "person": str(voice.person_id), "reason": reason}
    record(work, evaluation_id, "voice_ended", data)


def _keep_away(work: Work, where: Standing, designated: AnyRow, pointer: str) -> None:
    """Nobody judges their own state: that of their voice, or one they held any role for since the round was opened; and
    nobody with a declared conflict. Raises `Conflict`."""
    query = select(acted_for(literal(designated.person_id, Uuid())), conflicted(literal(designated.person_id, Uuid())))
    acted, declared = work.db.execute(query.where(CountryEvaluation.id == where.id)).one()
    reasons = [OWN_COUNTRY] if designated.state == where.state or acted else []
    if declared:
        reasons.append(Reason("declared_conflict", "A conflict of interest of this person with the state is declared."))
    if reasons:
        raise Conflict(reasons[0].code, reasons[0].message, [replace(one, where=pointer) for one in reasons])


def _voice(work: Work, evaluation_id: UUID, assignment_id: UUID) -> AnyRow:
    """A voice that speaks on an evaluation, held until the transaction ends. Raises `NotFound`."""
    found = work.db.execute(
        select(Assignment.expert_state, Assignment.person_id)
        .where(Assignment.id == assignment_id, Assignment.evaluation_id == evaluation_id, Assignment.ended_at.is_(None))
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound
    return found


def _designated(work: Work, where: Standing, designation_id: UUID, pointer: str) -> AnyRow:
    """State and person of a designation in the round of an evaluation. Raises `Invalid`."""
    found = work.db.execute(
        select(Designation.state, Designation.person_id).where(
            Designation.id == designation_id, Designation.round_id == where.round_id
        )
    ).first()
    if found is None:
        reason = Reason("unknown_designation", "No such designation in this round.", pointer)
        raise Invalid("not_assigned", "These experts cannot be assigned.", [reason])
    return found


def put(work: Work, evaluation_id: UUID, state: str, designation_id: UUID, expert_state: str, person_id: UUID) -> UUID:
    """Store one assignment. The row itself is checked by the database: never the own country, one voice a state."""
    assignment_id = work.new_id()
    work.db.execute(
        insert(Assignment).values(
            id=assignment_id,
            evaluation_id=evaluation_id,
            evaluation_state=state,
            designation_id=designation_id,
            expert_state=expert_state,
            person_id=person_id,
            at=work.now,
        )
    )
    return assignment_id


def assignments(work: Work, evaluation_id: UUID) -> list[AnyRow]:
    """Whose voice counts: id, person_id, name, expert_state, handed_in_at."""
    query = (
        select(Assignment.id, Assignment.person_id, Person.name, Assignment.expert_state, Assignment.handed_in_at)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.evaluation_id == evaluation_id, Assignment.ended_at.is_(None))
        .order_by(Assignment.expert_state)
    )
    return list(work.db.execute(query))


def own_assignment(work: Work, actor: Actor, evaluation_id: UUID) -> AnyRow:
    """The actor's assignment on an evaluation, held until the transaction ends: id, expert_state, handed_in_at. Raises
    `NotAllowed`."""
    found = work.db.execute(_OWN, {"evaluation": evaluation_id, "person": actor.person_id}).first()
    if found is None:
        reason = Reason("not_assigned", "You are not assigned here.")
        raise NotAllowed("not_allowed", "You may not do this here.", [reason])
    return found


def _judging(method: Method) -> list[str]:
    return [name for name, role in method.roles.items() if role.evaluates]

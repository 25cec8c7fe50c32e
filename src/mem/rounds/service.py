"""How is a round opened, and how do states, cycles and occasions come into it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select

from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import open_chain, record
from mem.methods.method import Method
from mem.methods.models import Position
from mem.methods.service import pin, place
from mem.people.policy import Actor
from mem.plans.definition import tree_of
from mem.rounds.deadlines import follow
from mem.rounds.models import CountryEvaluation, Cycle, CycleExclusion, Deadline, Occasion, Round
from mem.rounds.standing import RoundStanding, round_permitted, round_standing
from mem.rounds.visible import visible_to


@dataclass(frozen=True)
class NewCycle:
    """A cycle to be opened; `excluded` maps units to reasons (None: what the mechanism says)."""

    kind: str
    code: str
    title: str
    excluded: Mapping[str, str] | None = None


def open_round(
    work: Work,
    method: Method,
    code: str,
    title: str,
    synthetic: bool,
    cycles: Sequence[NewCycle],
    members_on: date | None = None,
) -> UUID:
    """Pin the method and open a round with its cycles, for the member states of a day (None: today).

    The permission is the caller's to ask: before there is a round there is no place.
    """
    if work.db.execute(select(Round.id).where(Round.code == code)).first() is not None:
        raise Conflict("code_taken", "A round with this code exists already.")
    kinds, day = method.mechanism.cycles, (members_on or work.now.date()).isoformat()
    reasons = [
        Reason("unknown_kind", "There is no such kind of cycle.", f"/cycles/{index}/kind")
        for index, cycle in enumerate(cycles)
        if cycle.kind not in kinds
    ]
    if len({cycle.code for cycle in cycles}) != len(cycles):
        reasons.append(Reason("code_twice", "Two cycles have one code.", "/cycles"))
    reasons += [
        Reason("unknown_unit", "Not in the plan.", f"/cycles/{index}/excluded/{number}/unit")
        for index, cycle in enumerate(cycles)
        for number, unit in enumerate(cycle.excluded or ())
        if cycle.kind in kinds and unit not in tree_of(method, kinds[cycle.kind].plan).units
    ]
    if not any(member.on(day) for member in method.members.members):
        reasons.append(Reason("no_members", f"No state was a member on {day}.", "/members_on"))
    if reasons:
        raise Invalid("round_not_opened", "This round cannot be opened.", reasons)
    pin(work, method)
    round_id, workflow = work.new_id(), method.mechanism.round_workflow
    place(work, round_id, "round", method, workflow)
    work.db.execute(
        insert(Round).values(
            id=round_id,
            code=code,
            title=title,
            method=method.digest,
            synthetic=synthetic,
            members_on=members_on or work.now.date(),
            opened_at=work.now,
        )
    )
    open_chain(work, round_id, "round")
    data = {"code": code, "title": title, "synthetic": synthetic, "method": method.digest, "members_on": day}
    record(work, round_id, "round_opened", data)
    for cycle in cycles:
        cycle_id = work.new_id()
        work.db.execute(
            insert(Cycle).values(id=cycle_id, round_id=round_id, code=cycle.code, title=cycle.title, kind=cycle.kind)
        )
        data = {"cycle": str(cycle_id), "code": cycle.code, "kind": cycle.kind, "title": cycle.title}
        record(work, round_id, "cycle_opened", data)
        left_out = cycle.excluded
        if left_out is None:
            left_out = {item.unit: item.reason for item in kinds[cycle.kind].excluded}
        for unit, reason in left_out.items():
            _set(work, round_id, cycle_id, unit, reason)
    return round_id


def set_unit(work: Work, actor: Actor, cycle_id: UUID, unit: str, evaluated: bool, reason: str | None) -> None:
    """Say that a cycle evaluates a unit, or leaves it out and why; with all below that nothing else is said of. In
    which stages of the round, its workflow says."""
    found = work.db.execute(select(Cycle.round_id, Cycle.kind).where(Cycle.id == cycle_id)).first()
    if found is None:
        raise NotFound
    where = round_permitted(work, actor, "round.set_units", found.round_id)
    if unit not in tree_of(where.method, where.method.mechanism.cycles[found.kind].plan).units:
        unknown = Reason("unknown_unit", "Not in the plan.", "/unit")
        raise Invalid("unknown_unit", "The plan has no such unit.", [unknown])
    work.db.execute(delete(CycleExclusion).where(CycleExclusion.cycle_id == cycle_id, CycleExclusion.unit == unit))
    if not evaluated and not reason:
        raise Invalid(
            "reason_needed",
            "What is left out needs a reason.",
            [Reason("reason_needed", "Say why it is left out.", "/reason")],
        )
    _set(work, where.id, cycle_id, unit, None if evaluated else reason)


def _set(work: Work, round_id: UUID, cycle_id: UUID, unit: str, reason: str | None) -> None:
    work.db.execute(insert(CycleExclusion).values(cycle_id=cycle_id, unit=unit, reason=reason))
    data = {"cycle": str(cycle_id), "unit": unit}
    if reason is None:
        record(work, round_id, "unit_included", data)
    else:
        record(work, round_id, "unit_excluded", {**data, "reason": reason})


def enrol(work: Work, actor: Actor, cycle_id: UUID, states: Sequence[str]) -> list[UUID]:
    """Enrol member states in a cycle: one evaluation each, at the beginning of its road. All or none."""
    found = work.db.execute(select(Cycle.round_id, Cycle.kind).where(Cycle.id == cycle_id)).first()
    if found is None:
        raise NotFound
    where = round_permitted(work, actor, "round.enrol", found.round_id)
    day = work.db.execute(select(Round.members_on).where(Round.id == found.round_id)).scalar_one().isoformat()
    reasons = []
    for index, state in enumerate(states):
        member = where.method.members.member(state)
        if member is None:
            reasons.append(Reason("unknown_state", "There is no such member state.", f"/states/{index}"))
        elif not member.on(day):
            reasons.append(Reason("not_a_member", f"Not a member state on {day}.", f"/states/{index}"))
    if reasons:
        raise Invalid("not_enrolled", "These states cannot be enrolled.", reasons)
    workflow = where.method.mechanism.cycles[found.kind].workflow
    made = []
    for state in states:
        evaluation_id = work.new_id()
        place(work, evaluation_id, "country_evaluation", where.method, workflow)
        work.db.execute(
            insert(CountryEvaluation).values(id=evaluation_id, cycle_id=cycle_id, round_id=found.round_id, state=state)
        )
        open_chain(work, evaluation_id, "country_evaluation")
        data = {"state": state, "cycle": str(cycle_id), "round": str(found.round_id)}
        record(work, evaluation_id, "state_enrolled", data)
        made.append(evaluation_id)
    return made


def record_occasion(work: Work, actor: Actor, round_id: UUID, kind: str, title: str, held_on: date) -> UUID:
    """Record a dated session, visit or plenary of a round, past or to come, but none from before the round."""
    where = round_permitted(work, actor, "round.record_occasion", round_id)
    reasons = []
    if kind not in where.method.mechanism.occasions:
        reasons.append(Reason("unknown_kind", "The mechanism has no such kind of occasion.", "/kind"))
    if held_on < work.db.execute(select(Round.opened_at).where(Round.id == round_id)).scalar_one().date():
        reasons.append(Reason("before_the_round", "The round was opened after this day.", "/held_on"))
    if reasons:
        raise Invalid("occasion_not_recorded", "This occasion cannot be recorded.", reasons)
    occasion_id = work.new_id()
    work.db.execute(insert(Occasion).values(id=occasion_id, round_id=round_id, kind=kind, title=title, held_on=held_on))
    data = {"occasion": str(occasion_id), "kind": kind, "title": title, "held_on": held_on.isoformat()}
    record(work, round_id, "occasion_recorded", data)
    follow(work, round_id, where.method, "occasion_recorded")
    return occasion_id


def rounds(work: Work) -> list[RoundStanding]:
    """Every round, newest first."""
    ids = work.db.execute(select(Round.id).order_by(Round.opened_at.desc(), Round.id)).scalars()
    return [round_standing(work, one) for one in list(ids)]


def cycles(work: Work, round_id: UUID) -> list[AnyRow]:
    """The cycles of a round: id, code, title, kind."""
    query = select(Cycle.id, Cycle.code, Cycle.title, Cycle.kind).where(Cycle.round_id == round_id)
    return list(work.db.execute(query.order_by(Cycle.code)))


def occasions(work: Work, round_id: UUID) -> list[AnyRow]:
    """The occasions of a round: id, kind, title, held_on."""
    query = select(Occasion.id, Occasion.kind, Occasion.title, Occasion.held_on).where(Occasion.round_id == round_id)
    return list(work.db.execute(query.order_by(Occasion.held_on, Occasion.id)))


def evaluations(work: Work, actor: Actor, where: RoundStanding) -> list[AnyRow]:
    """The evaluations of a round that the actor may know of: id, cycle, state, stage, version, due_at."""
    query = (
        select(
            CountryEvaluation.id,
            CountryEvaluation.cycle_id,
            CountryEvaluation.state,
            Position.workflow,
            Position.stage,
            Position.version,
            Position.entered_at,
            Deadline.due_at,
        )
        .join(Position, Position.id == CountryEvaluation.id)
        .outerjoin(Deadline, (Deadline.position_id == Position.id) & (Deadline.version == Position.version))
        .where(CountryEvaluation.round_id == where.id, visible_to(actor, where.method))
        .order_by(CountryEvaluation.state)
    )
    return list(work.db.execute(query))

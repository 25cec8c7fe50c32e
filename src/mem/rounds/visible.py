"""Which evaluations may this actor know of? The only place where the scope of a role becomes SQL.

Kept equal to `people.policy.decide` for `evaluation.read`; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Uuid, and_, exists, false, literal, or_

from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.people.policy import Actor, Grant, Place, own_states
from mem.rounds.models import Assignment, CountryEvaluation
from mem.rounds.walls import acted_for, conflicted
from mem.workflow.definition import Role, Workflow


def visible_to(actor: Actor, method: Method, artefact: str = "progress") -> ColumnElement[bool]:
    """A condition on `country_evaluation` joined with its `position`, for the evaluations of one method."""
    if actor.token_scope is not None and "read" not in actor.token_scope:
        return false()
    mechanism = method.mechanism.mechanism
    clauses = [
        _by(actor, grant, role, method, artefact)
        for grant in actor.grants
        if grant.mechanism == mechanism and (role := method.roles.get(grant.role)) is not None
    ]
    own = own_states(actor, Place(method.roles, mechanism=mechanism))
    me = literal(actor.person_id, Uuid())
    closed = [CountryEvaluation.state.not_in(own), ~conflicted(me)]
    if own:
        closed.append(~acted_for(me))
    return and_(or_(false(), *clauses), *closed)


def _by(actor: Actor, grant: Grant, role: Role, method: Method, artefact: str) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if role.of_a_state and grant.state is None:
        return false()
    if role.scope == "own":
        conditions.append(CountryEvaluation.state == grant.state)
    elif role.scope == "others":
        conditions.append(CountryEvaluation.state != grant.state)
    if role.assigned:
        conditions.append(
            exists().where(
                Assignment.evaluation_id == CountryEvaluation.id,
                Assignment.person_id == actor.person_id,
                Assignment.ended_at.is_(None),
            )
        )
    shown = [
        and_(Position.workflow == name, _shown(workflow, grant.role, artefact))
        for name, workflow in method.workflows.items()
    ]
    return and_(or_(false(), *shown), *conditions)


def _shown(workflow: Workflow, role: str, artefact: str) -> ColumnElement[bool]:
    """That the stage shows it, or the one before did where the stage says that this stays so."""
    here = [stage for stage in workflow.stages if artefact in workflow.sees(stage).get(role, ())]
    kept = [name for name, stage in workflow.stages.items() if stage.sees_as_before and name not in here]
    if not kept:
        return Position.stage.in_(here)
    left = exists().where(
        StageMove.position_id == Position.id, StageMove.seq == Position.version, StageMove.from_stage.in_(here)
    )
    return or_(Position.stage.in_(here), and_(Position.stage.in_(kept), left))

"""What is installed, and by what is an evaluation judged: mechanisms, plans, units and scales over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from mem.api.routing import Code, Shown, acts, router
from mem.core.errors import NotFound
from mem.http.unit import Reading
from mem.methods.method import Method
from mem.plans.definition import printed, tree_of
from mem.rounds.standing import excluded, permitted

routes = router("methods")


class StateShown(Shown):
    code: str
    names: dict[str, str]
    region: str
    language: str
    since: str
    until: str | None


class CycleKindShown(Shown):
    title: dict[str, str]
    workflow: str
    plan: str
    questionnaire: str


class WorkflowShown(Shown):
    """A workflow's stages in order, with their titles."""

    subject: str
    stages: dict[str, dict[str, str]]


class MechanismShown(Shown):
    code: str
    version: int
    title: dict[str, str]
    languages: list[str]
    ranks: list[str]
    occasions: dict[str, dict[str, str]]
    roles: dict[str, dict[str, str]]
    cycles: dict[str, CycleKindShown]
    workflows: dict[str, WorkflowShown]
    members: list[StateShown]


class UnitShown(Shown):
    """A unit of the plan as one evaluation takes it; `rated`: it is judged."""

    code: str
    level: str
    parents: list[str]
    text: dict[str, str]
    notes: list[str]
    rated: bool
    excluded: str | None


class ScaleValueShown(Shown):
    code: str
    label: dict[str, str]
    rank: int | None
    applicable: bool
    demands_recommendation: bool


class EvaluationMethod(Shown):
    """What an evaluation is judged by: the units of its plan, and its scale in order."""

    method: str
    units: list[UnitShown]
    scale: list[ScaleValueShown]


def _method(door: Reading, mechanism: str) -> Method:
    found = door.house.methods.get(mechanism)
    if found is None:
        raise NotFound("unknown_mechanism", "There is no such mechanism.")
    return found


@routes.get("/mechanisms/{mechanism}", openapi_extra=acts("method.read"), operation_id="mechanism")
def get_mechanism(mechanism: Code, door: Reading) -> MechanismShown:
    """An installed mechanism: its members, roles, cycles and workflows."""
    method = _method(door, mechanism)
    said = method.mechanism
    return MechanismShown(
        code=said.mechanism,
        version=said.version,
        title=said.title,
        languages=said.languages,
        ranks=said.ranks,
        occasions={name: kind.title for name, kind in said.occasions.items()},
        roles={name: role.title for name, role in method.roles.items()},
        cycles={name: CycleKindShown.model_validate(kind) for name, kind in said.cycles.items()},
        workflows={
            name: WorkflowShown(subject=road.subject, stages={s: stage.title for s, stage in road.stages.items()})
            for name, road in method.workflows.items()
        },
        members=[StateShown.model_validate(member) for member in method.members.members],
    )


@routes.get("/mechanisms/{mechanism}/plans/{plan}", openapi_extra=acts("service.read"), operation_id="plan")
def get_plan(mechanism: Code, plan: Code, door: Reading, language: str = "en") -> dict[str, Any]:
    """A plan of action as adopted."""
    try:
        return printed(tree_of(_method(door, mechanism), plan).plan, language)
    except LookupError:
        raise NotFound from None


@routes.get("/evaluations/{evaluation}/method", openapi_extra=acts("evaluation.read"), operation_id="evaluation_method")
def get_evaluation_method(evaluation: UUID, door: Reading) -> EvaluationMethod:
    """The units of the plan and the scale, as pinned for this evaluation."""
    found = permitted(door.work, door.actor, "evaluation.read", evaluation)
    out = excluded(door.work, found)
    units = [
        UnitShown(
            code=unit.code,
            level=unit.level,
            parents=list(unit.parents),
            text=unit.text,
            notes=list(unit.notes),
            rated=unit.level == found.cycle.rated and unit.code not in out,
            excluded=out.get(unit.code),
        )
        for unit in found.tree.units.values()
    ]
    scale = [ScaleValueShown.model_validate(value) for value in found.scale.values]
    return EvaluationMethod(method=found.method.digest, units=units, scale=scale)

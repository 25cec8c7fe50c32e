"""Where do the tests of definitions get a mechanism that fits on a page from? Its roads are written as arrows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mem.workflow.definition import Calendar, Mechanism, Role, Workflow

TITLE = {"en": "Title"}
BY = "clerk"
CALENDAR = Calendar.model_validate(
    {"days": {"month": {"days": 30, "basis": "ours"}, "day": {"days": 1, "basis": "ours"}}}
)
ROLES = {
    BY: Role.model_validate(
        {"title": {"en": "Clerk", "es": "Secretario"}, "scope": "all", "capabilities": ["advance"]}
    ),
    "judge": Role.model_validate({"title": {"en": "Judge"}, "scope": "all", "capabilities": ["advance"]}),
}
MECHANISM = Mechanism.model_validate(
    {
        "mechanism": "small",
        "version": 2,
        "title": {"en": "Small mechanism", "es": "Mecanismo pequeño"},
        "languages": ["en"],
        "round_workflow": "round",
        "recommendation_workflow": "recommendation",
        "ranks": ["first"],
        "cycles": {
            "only": {
                "title": TITLE,
                "workflow": "visit",
                "plan": "p",
                "questionnaire": "q",
                "scale": "s",
                "document": "d",
                "rated": "r",
            }
        },
    }
)


def way(trigger: str, stages: str, to: str, **more: Any) -> dict[str, Any]:
    """A transition from one or several stages (parted by spaces) that the clerk fires, unless said otherwise."""
    return {"trigger": trigger, "from": stages.split(), "to": to, "by": [BY], **more}


def road(
    name: str,
    subject: str,
    ways: Sequence[dict[str, Any]],
    final: Iterable[str],
    stages: Mapping[str, Mapping[str, Any]] | None = None,
) -> Workflow:
    """A workflow of these transitions; its stages are those that they name, the first one is its beginning. `stages`:
    what more is said of some."""
    names = dict.fromkeys(name for one in ways for name in (*one["from"], one["to"]))
    said = {one: {"title": TITLE, "waits_for": BY, **({"final": True} if one in {*final} else {})} for one in names}
    data = {name: {**one, **(stages or {}).get(name, {})} for name, one in said.items()}
    initial = ways[0]["from"][0]
    base = {"workflow": name, "version": 1, "subject": subject, "initial": initial}
    return Workflow.model_validate({**base, "stages": data, "transitions": list(ways)})


def roads(
    of_round: Sequence[dict[str, Any]],
    of_visit: Sequence[dict[str, Any]],
    /,
    **stages: Mapping[str, Mapping[str, Any]],
) -> dict[str, Workflow]:
    """The three roads of the mechanism, each ending in `over`; `stages`: what more is said of some, by road."""
    found = [
        road("round", "round", of_round, ["over"], stages.get("round")),
        road("visit", "country_evaluation", of_visit, ["over"], stages.get("visit")),
        road("recommendation", "recommendation", [way("do", "issued", "over")], ["over"]),
    ]
    return {one.workflow: one for one in found}


def round_in(*stages: str) -> dict[str, Any]:
    return {"round_is_in": {"workflow": "round", "stages": [*stages]}}


def visits_in(*stages: str) -> dict[str, Any]:
    return {"every_evaluation_is_in": {"workflow": "visit", "stages": [*stages]}}


def fire(trigger: str) -> dict[str, Any]:
    return {"fire_on_evaluations": {"workflow": "visit", "trigger": trigger}}

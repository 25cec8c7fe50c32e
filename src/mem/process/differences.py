"""What is different between two methods, file by file? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mem.methods.method import Method
from mem.plans.definition import Plan, Tree
from mem.reports.definition import FILE as REPORT
from mem.workflow.definition import Mechanism
from mem.workflow.difference import Change, Said, changes, contents, each, road_changes


def between(old: Method, new: Method) -> list[Change]:
    """Every difference of two methods. A file that differs, and of which nothing else is told, is named."""
    days = (old.calendar, new.calendar)
    found = [
        change
        for name in dict.fromkeys([*old.workflows, *new.workflows])
        for change in road_changes(old.workflows.get(name), new.workflows.get(name), days)
    ]
    found += changes(_rest(old), _rest(new))
    told = {one.where for one in found}
    for name in dict.fromkeys([*old.parts, *new.parts]):
        before, after = (name if name in one.parts else None for one in (old, new))
        if old.parts.get(name) != new.parts.get(name) and not told & _places(name, old, new):
            found.append(Change(name, "file", before, after))
    return found


def _places(name: str, old: Method, new: Method) -> set[str]:
    """Where a difference of a file would be told."""
    found = set()
    for method in (one for one in (old, new) if name in one.parts):
        part = method.parts[name]
        found |= {where for where, _, _ in _of_file(name, part)}
        road = method.workflows.get(part["workflow"]) if isinstance(part, dict) and "workflow" in part else None
        if road is not None:
            found |= {road.workflow, *(f"{road.workflow}.{stage}" for stage in road.stages)}
    return found


def _rest(method: Method) -> Said:
    found: Said = {}
    for name, part in method.parts.items():
        found |= _of_file(name, part)
    return found


def _of_file(name: str, part: Any) -> Said:
    """What a file says beside its roads; questions, units, sentences by their codes."""
    place = name.rpartition("/")[0]
    if name == "mechanism.yaml":
        return _mechanism(Mechanism.model_validate(part))
    if name == REPORT:
        kinds = (("document", "documents"), ("sentence", "sentences"), ("label", "labels"))
        return {key: said for what, table in kinds for key, said in contents("reports", what, part[table]).items()}
    if place == "plans":
        units = Tree(Plan.model_validate(part)).units
        said = {code: [unit.level, [*unit.parents], unit.text, [*unit.notes]] for code, unit in units.items()}
        return contents(f"plan {part['plan']}", "unit", said)
    if place.startswith("questionnaires/"):
        return contents(f"questionnaire {place.partition('/')[2]}", "question", _by("key", part["questions"]))
    if name == "scales.yaml":
        scales = part["scales"].items()
        return {key: said for code, one in scales for key, said in _scale(code, one).items()}
    if name == "roles.yaml":
        return contents("roles", "role", part["roles"])
    if name == "calendar.yaml":
        return contents("calendar", "days", part["days"])
    return contents("members", "state", _by("code", part["members"])) if name == "states.yaml" else {}


def _scale(code: str, scale: Mapping[str, Any]) -> Said:
    return contents(f"scale {code}", "value", _by("code", scale["values"]))


def _mechanism(one: Mechanism) -> Said:
    found = {**each("mechanism", "language", one.languages), **each("mechanism", "rank", one.ranks)}
    found |= each("mechanism", "occasion", one.occasions)
    for kind, cycle in one.cycles.items():
        said = cycle.model_dump(exclude={"title", "excluded"}).items()
        found |= {(f"cycle {kind}", what, ""): str(value) for what, value in said}
        found |= contents(f"cycle {kind}", "unit left out", {item.unit: item.reason for item in cycle.excluded})
    return found


def _by(key: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item[key]: item for item in items}

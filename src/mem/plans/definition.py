"""What shape has a plan of action, and which unit is which?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pydantic import Field

from mem.core.languages import LocalizedText
from mem.core.yaml import Fault
from mem.methods.method import Method
from mem.workflow.definition import Definition
from mem.workflow.loader import Folder, parse


class Level(Definition):
    """A level of the tree: its name, the plural, and what its wording is called when the plan is printed."""

    name: str
    plural: str
    wording: str


class Branch(Definition):
    """A unit of the plan with its adopted wording, its footnotes, and the units below it."""

    code: str = Field(pattern=r"^[A-Z]{1,8}(-[0-9]+(\.[0-9]+)*)?$")
    text: LocalizedText
    notes: list[str] = []
    units: list[Branch] = []


class Plan(Definition):
    """A plan of action, as adopted."""

    plan: str
    version: int = Field(ge=1)
    title: LocalizedText
    source: str
    levels: list[Level] = Field(min_length=1)
    units: list[Branch] = Field(min_length=1)


@dataclass(frozen=True)
class Unit:
    """A unit in its place: level by name, parents from the top, adopted wording."""

    code: str
    level: str
    parents: tuple[str, ...]
    text: dict[str, str]
    notes: tuple[str, ...]


class Tree:
    """A plan whose units can be found by code. Order is the plan's own, parents before children."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.units = {unit.code: unit for unit in self._walk(plan.units, 0, ())}

    def _walk(self, branches: list[Branch], depth: int, parents: tuple[str, ...]) -> Iterator[Unit]:
        for branch in branches:
            level = self.plan.levels[depth].name
            yield Unit(branch.code, level, parents, dict(branch.text), tuple(branch.notes))
            yield from self._walk(branch.units, depth + 1, (*parents, branch.code))

    @cached_property
    def level_names(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.plan.levels)

    def at(self, level: str) -> list[Unit]:
        """The units of a level, in order."""
        return [unit for unit in self.units.values() if unit.level == level]

    def left_out(self, settings: Mapping[str, str | None]) -> dict[str, str]:
        """The units left out, each with the reason, by the settings of some (unit to reason; None: evaluated). The
        nearest setting decides: a unit's own, else that of its nearest parent. Above a unit that is set to be
        evaluated nothing is left out, or it would stand nowhere."""
        found: dict[str, str] = {}
        for unit in self.units.values():
            nearest = next((code for code in (unit.code, *reversed(unit.parents)) if code in settings), None)
            reason = None if nearest is None else settings[nearest]
            if reason is not None:
                found[unit.code] = reason
        for code in (code for code, reason in settings.items() if reason is None):
            for parent in self.units[code].parents:
                found.pop(parent, None)
        return found

    def below(self, code: str) -> list[Unit]:
        """A unit and everything under it."""
        return [unit for unit in self.units.values() if unit.code == code or code in unit.parents]


def printed(plan: Plan, language: str) -> dict[str, Any]:
    """The plan as `mem plan show` prints it; the keys of each level are the level's own plural and wording."""

    def branch(item: Branch, depth: int) -> dict[str, Any]:
        level = plan.levels[depth]
        said: dict[str, Any] = {
            "code": item.code,
            level.wording: item.text.get(language) or next(iter(item.text.values())),
        }
        if 0 < depth < len(plan.levels) - 1:
            said["notes"] = list(item.notes)
        if depth + 1 < len(plan.levels):
            said[plan.levels[depth + 1].plural] = [branch(below, depth + 1) for below in item.units]
        return said

    title = plan.title.get(language) or next(iter(plan.title.values()))
    top = {"code": plan.plan, "title": title, "source": plan.source}
    return {**top, plan.levels[0].plural: [branch(item, 0) for item in plan.units]}


@lru_cache(maxsize=64)
def tree_of(method: Method, code: str) -> Tree:
    """The tree of a plan of a pinned method. Raises `LookupError` for an unknown code."""
    for data in method.inside("plans/"):
        if data["plan"] == code:
            return Tree(Plan.model_validate(data))
    raise LookupError(code)


def check_plans(folder: Folder) -> tuple[dict[str, Tree], list[Fault]]:
    """The plans of a folder, and what is wrong: a double code, a tree deeper than its levels."""
    found: dict[str, Tree] = {}
    faults: list[Fault] = []
    for source in folder.inside("plans/"):
        plan = parse(Plan, source, faults)
        if plan is None:
            continue
        if _depth(plan.units) > len(plan.levels):
            faults.append(source.fault(("levels",), "the tree is deeper than its levels"))
            continue
        codes = [unit.code for unit in Tree(plan)._walk(plan.units, 0, ())]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            faults.append(source.fault(("units",), f"the code '{code}' stands twice"))
        if plan.plan in found:
            faults.append(source.fault(("plan",), f"'{plan.plan}' is defined twice"))
        found[plan.plan] = Tree(plan)
    return found, faults


def _depth(branches: list[Branch]) -> int:
    return 1 + max((_depth(branch.units) for branch in branches), default=0) if branches else 0

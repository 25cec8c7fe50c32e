"""Does the demo's script fit its mechanism? Its shape is the demo's; the names in it are the method's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from mem.core.yaml import Fault, KeyPath, Source, read_yaml
from mem.demo.script import TASKS, Cast, Script
from mem.methods.method import Method
from mem.plans.definition import tree_of
from mem.reports.blocks import KINDS
from mem.workflow.definition import Workflow
from mem.workflow.loader import parse

FILE = "demo.yaml"


def check_script(folder: Path, method: Method | None) -> list[Fault]:
    """Every fault of a folder's script; its names only where the method is known. A folder needs no script."""
    read = read_yaml(folder / FILE, FILE) if (folder / FILE).exists() else None
    if not isinstance(read, Source):
        return [read] if isinstance(read, Fault) else []
    faults: list[Fault] = []
    script = parse(Script, read, faults)
    if script is not None and method is not None:
        faults.extend(_Check(read, script, method).faults())
    return faults


def first_role(method: Method, personas: Iterable[str]) -> str | None:
    """Who comes first: a role that may manage people, and is held for no state."""
    for name in personas:
        role = method.roles.get(name)
        if role is not None and "manage_people" in role.capabilities and not role.of_a_state:
            return name
    return None


class _Check:
    """The checks of the names in a script."""

    def __init__(self, source: Source, script: Script, method: Method) -> None:
        self.source, self.script, self.method = source, script, method

    def faults(self) -> Iterator[Fault]:
        script, mechanism = self.script, self.method.mechanism
        for index, cycle in enumerate(script.round.cycles):
            path: KeyPath = ("round", "cycles", index)
            kind = mechanism.cycles.get(cycle.kind)
            yield from self._known((*path, "kind"), "kind of cycle", cycle.kind, mechanism.cycles)
            for number, left_out in enumerate(cycle.excluded or ()):
                units = tree_of(self.method, kind.plan).units if kind is not None else {left_out.unit}
                yield from self._known((*path, "excluded", number, "unit"), "unit", left_out.unit, units)
        yield from self._played(("observer",), script.observer)
        for role, cast in script.personas.items():
            yield from self._persona(role, cast)
        if first_role(self.method, script.personas) is None:
            yield self.source.fault(("personas",), "nobody may manage people: a role of no state must")
        triggers = {one.trigger for road in self.method.workflows.values() for one in road.transitions}
        if script.not_participating is not None:
            yield from self._played(("not_participating", "as"), script.not_participating.as_)
            where = ("not_participating", "trigger")
            yield from self._known(where, "trigger", script.not_participating.trigger, triggers)
        for index, trigger in enumerate(script.avoid):
            yield from self._known(("avoid", index), "trigger", trigger, triggers)
        stages = self.method.workflows[mechanism.round_workflow].stages
        for index, stage in enumerate(script.stop.round):
            yield from self._known(("stop", "round", index), "stage", stage, stages)
        for name in script.work:
            yield from self._work(name)
        yield from self._waited_for()
        language = script.inventions.language
        yield from self._known(("inventions", "language"), "language", language, mechanism.languages)

    def _persona(self, name: str, cast: Cast) -> Iterator[Fault]:
        path, role = ("personas", name), self.method.roles.get(name)
        yield from self._known(path, "role", name, self.method.roles)
        if cast.designated_as is not None:
            ranks = self.method.mechanism.ranks
            yield from self._known((*path, "designated_as"), "rank", cast.designated_as, ranks)
        if role is not None and role.of_a_state != bool(cast.each or cast.from_states):
            message = "is held for a state: say 'each' or 'from_states'" if role.of_a_state else "is held for no state"
            yield self.source.fault(path, f"role '{name}' {message}")

    def _waited_for(self) -> Iterator[Fault]:
        """Every transition that the demo may fire, and nobody of the cast could fire or approve."""
        mechanism, script = self.method.mechanism, self.script
        kinds = [mechanism.cycles[one.kind].workflow for one in script.round.cycles if one.kind in mechanism.cycles]
        for name in dict.fromkeys([mechanism.round_workflow, *kinds]):
            stops = script.stop.round if name == mechanism.round_workflow else []
            for one in self.method.workflows[name].transitions:
                if one.trigger in script.avoid or set(one.from_) <= {*stops}:
                    continue
                for roles in dict.fromkeys([tuple(one.by), tuple(one.second)]):
                    if roles and not script.personas.keys() & {*roles}:
                        who = "' or '".join(roles)
                        yield self.source.fault(("personas",), f"'{one.trigger}' waits for '{who}', whom nobody plays")

    def _work(self, name: str) -> Iterator[Fault]:
        road = self.method.workflows.get(name)
        yield from self._known(("work", name), "workflow", name, self.method.workflows)
        if road is None:
            return
        for stage, tasks in self.script.work[name].items():
            path: KeyPath = ("work", name, stage)
            yield from self._known(path, "stage", stage, road.stages)
            for index, task in enumerate(tasks):
                yield from self._task((*path, index), task, road)

    def _task(self, path: KeyPath, task: dict[str, Any], road: Workflow) -> Iterator[Fault]:
        """The shape of a task by what it does; then the names that it uses."""
        known, faults = TASKS.get(road.subject, {}), list[Fault]()
        if task.get("do") not in known:
            yield self.source.fault((*path, "do"), f"nothing called '{task.get('do')}' is done on a {road.subject}")
            return
        if parse(known[task["do"]], self.source, faults, path) is None:
            yield from faults
            return
        yield from self._played((*path, "as"), task["as"])
        kinds = self.method.mechanism.occasions
        yield from self._known((*path, "kind"), "kind of occasion", task.get("kind", ""), {"", *kinds})
        for number, block in enumerate(task.get("on", ())):
            yield from self._known((*path, "on", number), "block", block, KINDS)

    def _played(self, path: KeyPath, role: str) -> Iterator[Fault]:
        """A role that somebody of the script plays."""
        yield from self._known(path, "role", role, self.method.roles)
        if role in self.method.roles and role not in self.script.personas:
            yield self.source.fault(path, f"nobody among the personas plays '{role}'")

    def _known(self, path: KeyPath, what: str, name: str, known: Collection[str]) -> Iterator[Fault]:
        if name not in known:
            yield self.source.fault(path, f"unknown {what} '{name}'")

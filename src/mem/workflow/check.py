"""Do the names in a mechanism's files mean something, and do its roads lead somewhere?

Each finding is a `Fault` with file, line and path. The names of guards, effects, capabilities and artefacts are
handed in by whoever knows them: the engine itself knows no feature.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from mem.core.yaml import Fault, KeyPath, Source
from mem.workflow.definition import (
    SAME,
    Calendar,
    Mechanism,
    Members,
    Role,
    Roles,
    Scales,
    Transition,
    Use,
    Workflow,
)
from mem.workflow.entries import member_faults, role_faults, scale_faults, twice
from mem.workflow.incidents import opening_faults, sight_faults, suspension_faults
from mem.workflow.loader import Folder, parse
from mem.workflow.persons import blind_faults, person_faults, time_faults
from mem.workflow.public import public_faults
from mem.workflow.texts import text_faults
from mem.workflow.timing import timing_faults
from mem.workflow.vocabulary import Verb, Vocabulary

FILES = frozenset({"mechanism.yaml", "roles.yaml", "scales.yaml", "calendar.yaml", "states.yaml"})
"""The files that are read here by their names, beside those of workflows."""


@dataclass
class Checked:
    """What a folder defines, as far as it could be read; `faults` is empty when all of it holds."""

    mechanism: Mechanism | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    scales: Scales | None = None
    calendar: Calendar | None = None
    members: Members | None = None
    workflows: dict[str, Workflow] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)  # names that could not be read, hence are not called unknown
    faults: list[Fault] = field(default_factory=list)


def check(folder: Folder, words: Vocabulary) -> Checked:
    """Read and check the engine's part of a folder; plans, questionnaires and reports are checked on their floor."""
    found = Checked(faults=list(folder.faults))

    def the(name: str, model: type[Any]) -> Any:
        source = folder.sources.get(name)
        if source is None:
            if not any(fault.file == name for fault in folder.faults):
                found.faults.append(Fault(name, 1, "", "this file is missing"))
            return None
        return parse(model, source, found.faults)

    found.mechanism = the("mechanism.yaml", Mechanism)
    roles: Roles | None = the("roles.yaml", Roles)
    if roles is None:
        found.unreadable.add("roles.yaml")
    found.roles = dict(roles.roles) if roles else {}
    found.scales = the("scales.yaml", Scales)
    found.calendar = the("calendar.yaml", Calendar)
    found.members = the("states.yaml", Members)
    found.faults.extend(_entries(folder, roles, found, words))
    places: dict[str, Source] = {}
    for source in folder.workflows():
        workflow = parse(Workflow, source, found.faults)
        if workflow is None:
            found.unreadable.add(str(source.data["workflow"]))
        elif workflow.workflow in found.workflows:
            found.faults.append(source.fault(("workflow",), f"'{workflow.workflow}' is defined twice"))
        else:
            found.workflows[workflow.workflow] = workflow
            places[workflow.workflow] = source
    for name, workflow in found.workflows.items():
        found.faults.extend(_Road(places[name], workflow, found, words).faults())
    if found.mechanism is not None:
        found.faults.extend(_mechanism(folder.sources["mechanism.yaml"], found.mechanism, found))
        found.faults.extend(_texts(folder, roles, found, places))
    return found


def _texts(folder: Folder, roles: Roles | None, found: Checked, places: Mapping[str, Source]) -> Iterable[Fault]:
    assert found.mechanism is not None
    read: dict[str, BaseModel | None] = {
        "mechanism.yaml": found.mechanism,
        "roles.yaml": roles,
        "scales.yaml": found.scales,
        "calendar.yaml": found.calendar,
        "states.yaml": found.members,
        **{places[name].file: workflow for name, workflow in found.workflows.items()},
    }
    for name, model in read.items():
        if model is not None:
            yield from text_faults(folder.sources[name], model, found.mechanism.languages)


def _entries(folder: Folder, roles: Roles | None, found: Checked, words: Vocabulary) -> Iterable[Fault]:
    if roles is not None:
        yield from role_faults(folder.sources["roles.yaml"], roles, words)
    if found.scales is not None:
        yield from scale_faults(folder.sources["scales.yaml"], found.scales)
    if found.members is not None:
        yield from member_faults(folder.sources["states.yaml"], found.members)


def _mechanism(source: Source, mechanism: Mechanism, found: Checked) -> Iterable[Fault]:
    yield from time_faults(source, mechanism, found.calendar)
    yield from twice(source, ("languages",), mechanism.languages)
    named: list[tuple[KeyPath, str, str]] = [
        (("round_workflow",), mechanism.round_workflow, "round"),
        (("recommendation_workflow",), mechanism.recommendation_workflow, "recommendation"),
    ]
    for kind, cycle in mechanism.cycles.items():
        named.append((("cycles", kind, "workflow"), cycle.workflow, "country_evaluation"))
        if found.scales is not None and cycle.scale not in found.scales.scales:
            yield source.fault(("cycles", kind, "scale"), f"unknown scale '{cycle.scale}'")
    for path, name, subject in named:
        workflow = found.workflows.get(name)
        if workflow is None:
            if name not in found.unreadable:
                yield source.fault(path, f"unknown workflow '{name}'")
        elif workflow.subject != subject:
            yield source.fault(path, f"workflow '{name}' moves a {workflow.subject}, not a {subject}")


class _Road:
    """The checks of one workflow."""

    def __init__(self, source: Source, workflow: Workflow, found: Checked, words: Vocabulary) -> None:
        self.source, self.workflow, self.found, self.words = source, workflow, found, words

    def faults(self) -> Iterable[Fault]:
        if self.workflow.initial not in self.workflow.stages:
            yield self.source.fault(("initial",), f"unknown stage '{self.workflow.initial}'")
        yield from self._artefacts(("sees_always",), self.workflow.sees_always, editing=False)
        for name in self.workflow.stages:
            yield from self._stage(name)
        for index in range(len(self.workflow.transitions)):
            yield from self._transition(index)
        yield from self._reached()
        yield from public_faults(self.source, self.workflow, self.words.publishing)
        yield from suspension_faults(self.source, self.workflow, self.words)
        yield from sight_faults(self.source, self.workflow)
        yield from opening_faults(self.source, self.workflow, self.found.calendar, self.words)

    def _stage(self, name: str) -> Iterable[Fault]:
        stage, path = self.workflow.stages[name], ("stages", name)
        if stage.waits_for is not None:
            yield from self._role(stage.waits_for, (*path, "waits_for"))
        yield from self._artefacts((*path, "sees"), stage.sees, editing=False)
        yield from self._artefacts((*path, "edits"), stage.edits, editing=True)
        if stage.deadline is not None:
            found = self.found
            yield from timing_faults(
                self.source, self.workflow, name, found.calendar, found.mechanism, found.workflows, found.unreadable
            )
        leaving = [one for one in self.workflow.leaving(name) if one.to != SAME]
        if stage.final and leaving:
            yield self.source.fault(path, f"final, and yet '{leaving[0].trigger}' leaves it")
        if not stage.final and not leaving:
            yield self.source.fault(path, "never left, and not marked final")

    def _artefacts(self, path: KeyPath, table: Mapping[str, list[str]], editing: bool) -> Iterable[Fault]:
        for role, artefacts in table.items():
            yield from self._role(role, (*path, role))
            for index, artefact in enumerate(artefacts):
                where = (*path, role, index)
                if artefact not in self.words.artefacts:
                    yield self.source.fault(where, f"unknown artefact '{artefact}'")
                    continue
                if not editing or role not in self.found.roles:
                    continue
                needed = self.words.artefacts[artefact]
                if needed is None:
                    yield self.source.fault(where, f"'{artefact}' is seen, never edited")
                elif needed not in self.found.roles[role].capabilities:
                    yield self.source.fault(where, f"role '{role}' lacks the capability '{needed}' for this")

    def _transition(self, index: int) -> Iterable[Fault]:
        transition, path = self.workflow.transitions[index], ("transitions", index)
        for stage in (*transition.from_, *({transition.to} - {SAME})):
            if stage not in self.workflow.stages:
                key = "to" if stage == transition.to else "from"
                yield self.source.fault((*path, key), f"unknown stage '{stage}'")
        readable, hidden = "roles.yaml" not in self.found.unreadable, bool(self.found.unreadable - {"roles.yaml"})
        otherwise = self._fired_otherwise(transition.trigger) or (hidden and not transition.by)
        yield from person_faults(self.source, path, transition, self.found.roles, readable, otherwise)
        see = self.words.movers_see[self.workflow.subject]
        yield from blind_faults(self.source, path, self.workflow, transition, self.found.roles, see)
        for stage in transition.from_:
            twin = self.workflow.transition(transition.trigger, stage)
            if twin is not None and twin is not transition:
                yield self.source.fault(path, f"'{transition.trigger}' leaves '{stage}' twice")
        yield from self._uses((*path, "guards"), transition.guards, self.words.guards, "guard")
        yield from self._uses((*path, "effects"), transition.effects, self.words.effects, "effect")
        yield from self._needs((*path, "needs"), transition)

    def _needs(self, path: KeyPath, transition: Transition) -> Iterable[Fault]:
        for uses, known in ((transition.guards, self.words.guards), (transition.effects, self.words.effects)):
            for verb in (use.name for use in uses if use.name in known):
                for need in sorted(known[verb].needs - set(transition.needs)):
                    yield self.source.fault(path, f"'{verb}' needs '{need}' to come with the trigger")

    def _fired_otherwise(self, trigger: str) -> bool:
        """By a lapse of this workflow, or by an effect of another one."""
        if any(s.deadline and s.deadline.lapse == trigger for s in self.workflow.stages.values()):
            return True
        effects = (e for w in self.found.workflows.values() for t in w.transitions for e in t.effects)
        return any(
            effect.params.get("workflow") == self.workflow.workflow and effect.params.get("trigger") == trigger
            for effect in effects
        )

    def _uses(self, path: KeyPath, uses: list[Use], known: Mapping[str, Verb], what: str) -> Iterable[Fault]:
        for index, use in enumerate(uses):
            where = (*path, index)
            if use.name not in known:
                yield self.source.fault(where, f"unknown {what} '{use.name}'")
                continue
            if self.workflow.subject not in known[use.name].subjects:
                yield self.source.fault(where, f"{what} '{use.name}' does not fit a {self.workflow.subject}")
                continue
            try:
                known[use.name].params.model_validate(use.params)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                parameter = ".".join(str(step) for step in first["loc"])
                yield self.source.fault(where, f"{what} '{use.name}', parameter '{parameter}': {first['msg']}")
                continue
            yield from self._names(where, use, known[use.name].about)

    def _names(self, where: KeyPath, use: Use, about: str | None) -> Iterable[Fault]:
        """Parameters called workflow, stages, trigger and kind are names, and must exist."""
        name = use.params.get("workflow", self.workflow.workflow)
        workflow = self.found.workflows.get(name)
        if workflow is None:
            if name not in self.found.unreadable:
                yield self.source.fault(where, f"unknown workflow '{name}'")
            return
        if about is not None and workflow.subject != about:
            yield self.source.fault(where, f"workflow '{name}' moves a {workflow.subject}, not a {about}")
            return
        for stage in use.params.get("stages", []):
            if stage not in workflow.stages:
                yield self.source.fault(where, f"unknown stage '{stage}' of workflow '{name}'")
        trigger = use.params.get("trigger")
        if trigger is not None and all(t.trigger != trigger for t in workflow.transitions):
            yield self.source.fault(where, f"unknown trigger '{trigger}' of workflow '{name}'")
        kind, mechanism = use.params.get("kind"), self.found.mechanism
        if kind is not None and mechanism is not None and kind not in mechanism.occasions:
            yield self.source.fault(where, f"unknown kind of occasion '{kind}'")

    def _role(self, role: str, path: KeyPath) -> Iterable[Fault]:
        if role not in self.found.roles and "roles.yaml" not in self.found.unreadable:
            yield self.source.fault(path, f"unknown role '{role}'")

    def _reached(self) -> Iterable[Fault]:
        reached, ahead = {self.workflow.initial}, [self.workflow.initial]
        while ahead:
            stage = ahead.pop()
            for to in (transition.leads(stage) for transition in self.workflow.leaving(stage)):
                if to not in reached:
                    reached.add(to)
                    ahead.append(to)
        for name in self.workflow.stages:
            if name not in reached:
                yield self.source.fault(("stages", name), "never reached from the initial stage")

"""How do the roads of a mechanism look? A page of Mermaid diagrams, one for each workflow, readable on a forge.

Mermaid draws no dashed arrow between states, so what lapses, takes two persons, or is fired from another road is said
in words on the arrow; the conditions of each trigger are listed below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mem.workflow.definition import SAME, Calendar, Mechanism, Role, Transition, Workflow
from mem.workflow.wording import in_language, lapses, of_time, of_use

LINE = "<br/>"
COMMAND = "mem workflow diagram"
MANY = 3
"""A trigger that leaves more stages than this is listed: its arrows would hide the others."""


@dataclass(frozen=True)
class Drawn:
    """What is drawn, and in which language."""

    mechanism: Mechanism
    workflows: Mapping[str, Workflow]
    roles: Mapping[str, Role]
    calendar: Calendar
    language: str

    def page(self) -> str:
        """The whole page, in Markdown."""
        title = in_language(self.mechanism.title, self.language)
        lines = [f"# {title}, version {self.mechanism.version}", "", f"Made by `{COMMAND}`; never edited by hand.", ""]
        for workflow in self._in_order():
            lines += [f"## {workflow.workflow}", "", "```mermaid", *self._diagram(workflow), "```", ""]
            for title, told in (
                ("Not drawn, since it leads nowhere else, or from many stages", self._listed(workflow)),
                ("Conditions", _conditions(workflow)),
            ):
                listed = [*told]
                lines += [f"{title}:", "", *listed, ""] if listed else []
        return "\n".join(lines)

    def _in_order(self) -> Iterator[Workflow]:
        """The round first, then its evaluations, then what follows them; then whatever nothing names."""
        kinds = (cycle.workflow for cycle in self.mechanism.cycles.values())
        named = (self.mechanism.round_workflow, *kinds, self.mechanism.recommendation_workflow, *self.workflows)
        yield from (self.workflows[name] for name in dict.fromkeys(named))

    def _diagram(self, workflow: Workflow) -> Iterator[str]:
        yield "stateDiagram-v2"
        for name, stage in workflow.stages.items():
            told = [f"**{_plain(in_language(stage.title, self.language))}**"]
            if stage.waits_for is not None:
                told.append(f"waits for {self._role(stage.waits_for)}")
            if time := of_time(stage, self.calendar):
                told.append(f"{'within' if stage.deadline and stage.deadline.anchor is None else 'until'} {time}")
            yield f'    state "{LINE.join(told)}" as {_id(name)}'
        yield f"    [*] --> {_id(workflow.initial)}"
        for transition in workflow.transitions:
            for left in transition.from_ if _drawn(transition) else ():
                yield f"    {_id(left)} --> {_id(transition.to)}: {self._arrow(workflow, transition, left)}"
        for name, stage in workflow.stages.items():
            if stage.final:
                yield f"    {_id(name)} --> [*]"

    def _listed(self, workflow: Workflow) -> Iterator[str]:
        for one in workflow.transitions:
            if not _drawn(one):
                to = "staying there" if one.to == SAME else f"to {one.to}"
                name, *told = self._arrow(workflow, one, one.from_[0]).split(LINE)
                yield f"- {', '.join([f'**{name}**', *told])}: from {', '.join(one.from_)}, {to}"

    def _arrow(self, workflow: Workflow, transition: Transition, stage: str) -> str:
        told = [transition.trigger]
        if transition.by:
            told.append(" or ".join(map(self._role, transition.by)))
        if transition.second:
            told.append(f"TWO PERSONS, the second: {' or '.join(map(self._role, transition.second))}")
        if lapses(workflow, transition.trigger, stage):
            told.append("LAPSE, when the time has passed")
        told += [f"or with {trigger}" for trigger in self._fired_from(workflow, transition.trigger)]
        return LINE.join(told)

    def _fired_from(self, workflow: Workflow, trigger: str) -> Iterator[str]:
        """The triggers of other roads that fire this one."""
        for road in self.workflows.values():
            for one in road.transitions:
                for effect in one.effects:
                    named = effect.params.get("workflow"), effect.params.get("trigger")
                    if named == (workflow.workflow, trigger):
                        yield f"{one.trigger} of the {road.workflow}"

    def _role(self, name: str) -> str:
        return _plain(in_language(self.roles[name].title, self.language))


def _drawn(one: Transition) -> bool:
    return one.to != SAME and len(one.from_) <= MANY


def _conditions(workflow: Workflow) -> Iterator[str]:
    for one in workflow.transitions:
        when = {"running": [], "suspended": ["that it is suspended"], "always": ["whether it is suspended or not"]}
        asked = [*when[one.while_], *(f"the {need}" for need in one.needs), *(f"`{of_use(use)}`" for use in one.guards)]
        if asked:
            yield f"- **{one.trigger}**: {', '.join(asked)}"


def _id(stage: str) -> str:
    """A stage's name as Mermaid takes it: some words (`end`, `state`) would mean something to it by themselves."""
    return f"s_{stage}"


def _plain(text: str) -> str:
    """A text without what Mermaid or Markdown would read as theirs."""
    return "".join(one if one.isalnum() or one in " ,.()-'/" else f"#{ord(one)};" for one in text)

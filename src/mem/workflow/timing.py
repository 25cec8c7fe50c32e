"""Does the deadline of a stage hang on something that there is, and not on itself?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from mem.core.yaml import Fault, KeyPath, Source
from mem.workflow.definition import Calendar, Mechanism, Workflow
from mem.workflow.spans import Anchor, StageDeadline


def timing_faults(
    source: Source,
    workflow: Workflow,
    stage: str,
    calendar: Calendar | None,
    mechanism: Mechanism | None,
    workflows: Mapping[str, Workflow],
    unreadable: Collection[str],
) -> Iterable[Fault]:
    """What is wrong with the deadline of a stage. What could not be read is not called unknown."""
    deadline, path = workflow.stages[stage].deadline, ("stages", stage, "deadline")
    assert deadline is not None
    if calendar is not None and deadline.days not in calendar.days:
        yield source.fault((*path, "days"), f"'{deadline.days}' is not in calendar.yaml")
    yield from _lapse(source, path, workflow, stage, deadline)
    anchor = deadline.anchor
    if anchor is None:
        return
    where = (*path, "before" if deadline.before else "after")
    if anchor.occasion is not None and mechanism is not None and anchor.occasion not in mechanism.occasions:
        yield source.fault((*where, "occasion"), f"unknown kind of occasion '{anchor.occasion}'")
    if anchor.date is not None and calendar is not None and anchor.date not in calendar.dates:
        yield source.fault((*where, "date"), f"'{anchor.date}' is no date of calendar.yaml")
    if anchor.stage is not None:
        yield from _stage(source, where, workflow, stage, anchor, mechanism, workflows, unreadable)


def _lapse(source: Source, path: KeyPath, workflow: Workflow, stage: str, deadline: StageDeadline) -> Iterable[Fault]:
    if deadline.lapse is None:
        return
    transition = workflow.transition(deadline.lapse, stage)
    if transition is None:
        yield source.fault((*path, "lapse"), f"no trigger '{deadline.lapse}' leaves this stage")
    elif transition.to == stage:
        yield source.fault((*path, "lapse"), f"'{deadline.lapse}' leads back to this stage, and would lapse again")


def _stage(
    source: Source,
    where: KeyPath,
    workflow: Workflow,
    stage: str,
    anchor: Anchor,
    mechanism: Mechanism | None,
    workflows: Mapping[str, Workflow],
    unreadable: Collection[str],
) -> Iterable[Fault]:
    """What is wrong with another stage that a deadline hangs on."""
    name = anchor.workflow or workflow.workflow
    if mechanism is not None and name not in (workflow.workflow, mechanism.round_workflow):
        yield source.fault((*where, "workflow"), f"'{name}' is neither this workflow nor that of the round")
        return
    there = workflow if name == workflow.workflow else workflows.get(name)
    if there is None:
        if name not in unreadable:
            yield source.fault((*where, "workflow"), f"unknown workflow '{name}'")
        return
    key = "deadline" if anchor.deadline else "entry"
    assert anchor.stage is not None
    if anchor.stage not in there.stages:
        yield source.fault((*where, key), f"unknown stage '{anchor.stage}' of workflow '{name}'")
    elif anchor.deadline and there.stages[anchor.stage].deadline is None:
        yield source.fault((*where, key), f"the stage '{anchor.stage}' has no deadline")
    elif anchor.entry and where[-1] == "before":
        yield source.fault((*where, key), "an entry is known only when it is past: say 'after'")
    if circle := _circle(workflow.workflow, stage, {**workflows, workflow.workflow: workflow}):
        yield source.fault((*where, key), f"hangs on itself: {' → '.join(circle)}")


def _circle(workflow: str, stage: str, workflows: Mapping[str, Workflow]) -> list[str]:
    """The stages by which a deadline leads back to itself; empty when it does not."""
    here, passed = (workflow, stage), [(workflow, stage)]
    while True:
        road = workflows.get(here[0])
        found = road.stages.get(here[1]) if road is not None else None
        anchor = found.deadline.anchor if found is not None and found.deadline is not None else None
        if anchor is None or anchor.deadline is None:
            return []
        here = (anchor.workflow or here[0], anchor.deadline)
        if here in passed:
            return [name for _, name in (*passed, here)] if here == passed[0] else []
        passed.append(here)

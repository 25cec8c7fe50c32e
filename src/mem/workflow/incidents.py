"""Can what is suspended go on, does what ended early stay readable to those who saw it, and what is opened again?"""

from __future__ import annotations

from collections.abc import Iterable

from mem.core.yaml import Fault, Source
from mem.workflow.definition import SAME, Calendar, Workflow
from mem.workflow.vocabulary import Vocabulary


def suspension_faults(source: Source, workflow: Workflow, words: Vocabulary) -> Iterable[Fault]:
    """A suspension that nothing ends, a transition for what is suspended where nothing is, a stage whose name says
    that a transition stays."""
    if SAME in workflow.stages:
        yield source.fault(("stages", SAME), f"'{SAME}' says that a transition stays where it is: no name for a stage")
    ended = {
        stage
        for one in workflow.transitions
        if one.while_ != "running" and one.to == SAME and any(use.name in words.resuming for use in one.effects)
        for stage in one.from_
    }
    suspends = False
    for index, one in enumerate(workflow.transitions):
        if any(use.name in words.suspending for use in one.effects):
            suspends = True
            for stage in one.from_:
                if one.leads(stage) not in ended:
                    message = f"'{one.trigger}' suspends in '{one.leads(stage)}', and nothing ends that there"
                    yield source.fault(("transitions", index, "effects"), message)
    for index, one in enumerate(workflow.transitions):
        if one.while_ == "suspended" and not suspends:
            yield source.fault(("transitions", index, "while"), "no transition of this workflow suspends")


def sight_faults(source: Source, workflow: Workflow) -> Iterable[Fault]:
    """A stage that shows what the one before showed, where none came before, or one that says the same."""
    kept = {name for name, stage in workflow.stages.items() if stage.sees_as_before}
    if workflow.initial in kept:
        yield source.fault(("stages", workflow.initial, "sees_as_before"), "no stage comes before the initial one")
    for index, one in enumerate(workflow.transitions):
        for stage in one.from_:
            if stage in kept and one.leads(stage) in kept:
                message = f"'{one.leads(stage)}' shows what '{stage}' showed, which says so of another"
                yield source.fault(("transitions", index, "to"), message)


def opening_faults(source: Source, workflow: Workflow, calendar: Calendar | None, words: Vocabulary) -> Iterable[Fault]:
    """A kind of opening with days that the calendar does not have, or of what cannot be opened."""
    for name, kind in workflow.openings.items():
        if calendar is not None and kind.days not in calendar.days:
            yield source.fault(("openings", name, "days"), f"'{kind.days}' is not in calendar.yaml")
        for index, artefact in enumerate(kind.artefacts):
            if artefact not in words.openable.get(workflow.subject, ()):
                where = ("openings", name, "artefacts", index)
                yield source.fault(where, f"'{artefact}' of a {workflow.subject} is never opened again")

"""Is a stage marked public exactly where the report was published on the way to it? What is public stays so."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mem.core.yaml import Fault, Source
from mem.workflow.definition import Workflow


def public_faults(source: Source, workflow: Workflow, publishing: Collection[str]) -> Iterable[Fault]:
    """Every transition whose stages are marked otherwise. `publishing`: the effects that make the report public."""
    public = {name for name, stage in workflow.stages.items() if stage.public}
    if workflow.initial in public:
        yield source.fault(("initial",), f"'{workflow.initial}' is marked public, and nothing is published yet")
    for index, transition in enumerate(workflow.transitions):
        publishes = any(effect.name in publishing for effect in transition.effects)
        for stage, to in ((stage, transition.leads(stage)) for stage in transition.from_):
            reached = publishes or stage in public
            if to not in workflow.stages or reached == (to in public):
                continue
            message = (
                f"'{to}' is not marked public, and from '{stage}' the report is"
                if reached
                else f"'{to}' is marked public, and from '{stage}' nothing is published"
            )
            yield source.fault(("transitions", index, "to"), message)

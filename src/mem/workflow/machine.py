"""Where does a trigger lead? The only importer of `transitions`.

One shared machine a definition, fired unbound on a throw-away position; no callback of ours ever reaches it.
It owns the graph; guards, effects and the transaction are `process`.
"""

from __future__ import annotations

from dataclasses import dataclass

from transitions import Machine, MachineError

from mem.core.errors import Reason
from mem.workflow.definition import SAME, Workflow


@dataclass
class _Position:
    state: str


class Road:
    """The graph of one workflow. Build it once; it is shared by all threads and holds no subject."""

    def __init__(self, workflow: Workflow) -> None:
        self._machine = Machine(
            model=None,
            states=list(workflow.stages),
            initial=workflow.initial,
            auto_transitions=False,
            send_event=True,
            queued=False,
        )
        for transition in workflow.transitions:
            to = "=" if transition.to == SAME else transition.to
            self._machine.add_transition(transition.trigger, list(transition.from_), to)

    def after(self, stage: str, trigger: str) -> str | Reason:
        """The stage a trigger leads to from `stage`, or the reason why it leads nowhere."""
        event = self._machine.events.get(trigger)
        if event is None:
            return Reason("unknown_trigger", "This road has no such trigger.", "/trigger")
        if stage not in self._machine.states:
            return Reason("unknown_stage", f"This road has no stage '{stage}'.")
        position = _Position(stage)
        try:
            event.trigger(position)
        except MachineError:
            return Reason("wrong_stage", f"This is not possible in the stage '{stage}'.", "/trigger")
        return position.state

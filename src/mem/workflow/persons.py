"""Who fires a transition, and who approves what takes two persons: do those roles exist, and may they?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mem.core.yaml import Fault, KeyPath, Source
from mem.workflow.definition import Calendar, Mechanism, Role, Transition

MOVES = "advance"
"""The capability that firing and approving take."""


def person_faults(
    source: Source, path: KeyPath, transition: Transition, roles: Mapping[str, Role], readable: bool, otherwise: bool
) -> Iterable[Fault]:
    """What is wrong with those who fire a transition and those who approve it. `readable`: the roles could be read;
    `otherwise`: a lapse or an effect fires it too."""
    for key, named in (("by", transition.by), ("second", transition.second)):
        for number, role in enumerate(named):
            where = (*path, key, number)
            if role not in roles and readable:
                yield source.fault(where, f"unknown role '{role}'")
            elif role in roles and MOVES not in roles[role].capabilities:
                yield source.fault(where, f"role '{role}' lacks the capability '{MOVES}'")
    if not transition.by and not otherwise:
        yield source.fault((*path, "by"), f"nobody may fire '{transition.trigger}', and no lapse does")
    if transition.second and otherwise:
        message = f"a lapse or an effect fires '{transition.trigger}', and it takes two persons"
        yield source.fault((*path, "second"), message)


def time_faults(source: Source, mechanism: Mechanism, calendar: Calendar | None) -> Iterable[Fault]:
    """Whether the time for a second person is one of the calendar's."""
    name = mechanism.second_within
    if name is not None and calendar is not None and name not in calendar.days:
        yield source.fault(("second_within",), f"'{name}' is not in calendar.yaml")

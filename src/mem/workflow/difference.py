"""What is different between two definitions, in the words of the field?

What a definition says is laid out flat: where, what, and (of what there are several) which one, to its content. Two
such layouts are then compared; of what is only on one side nothing more is told than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from mem.core.canonical import digest_of
from mem.workflow.definition import Calendar, Stage, Transition, Workflow
from mem.workflow.wording import of_time, of_use

Key = tuple[str, str, str]
Said = dict[Key, str]
"""Where, what, and which one (empty: there is one) to its content."""


@dataclass(frozen=True)
class Change:
    """One difference: where, of what, and what was and what is (None: there was, or is, none; of one of several it is
    its name, the same on both sides where its content changed)."""

    where: str
    what: str
    before: str | None
    after: str | None


def changes(old: Said, new: Said) -> Iterator[Change]:
    """Every difference of two layouts, in the order of the older one, then what is only in the newer."""
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before != after:
            where, what, which = key
            yield Change(
                where,
                what,
                None if before is None else which or before,
                None if after is None else which or after,
            )


def road_changes(old: Workflow | None, new: Workflow | None, calendars: tuple[Calendar, Calendar]) -> Iterator[Change]:
    """What is different on one road. One of the two may be missing."""
    yield from changes(_road(old), _road(new))
    for name in old.stages if old is not None and new is not None else ():
        if old is not None and new is not None and name in new.stages:
            yield from stage_changes(old, new, (name, name), calendars)


def stage_changes(
    old: Workflow, new: Workflow, stage: tuple[str, str], calendars: tuple[Calendar, Calendar]
) -> Iterator[Change]:
    """What is different for whatever stands in a stage of the old road, and would stand in one of the new: its time,
    who sees and edits what, and what leads on from there."""
    where = f"{old.workflow}.{stage[0]}"
    yield from changes(_stage(where, old, stage[0], calendars[0]), _stage(where, new, stage[1], calendars[1]))
    for one in old.leaving(stage[0]):
        twin = new.transition(one.trigger, stage[1])
        if twin is not None:
            yield from changes(_transition(where, one), _transition(where, twin))


def _road(road: Workflow | None) -> Said:
    if road is None:
        return {}
    name = road.workflow
    return {
        ("roads", "road", name): name,
        (name, "initial stage", ""): road.initial,
        **each(name, "stage", road.stages),
    }


def _stage(where: str, road: Workflow, name: str, calendar: Calendar) -> Said:
    stage = road.stages[name]
    found: Said = {(where, "waits for", ""): stage.waits_for} if stage.waits_for is not None else {}
    found |= _deadline(where, stage, calendar)
    for flag, holds in (("final", stage.final), ("public", stage.public), ("seen as before", stage.sees_as_before)):
        found |= {(where, "is", flag): flag} if holds else {}
    for verb, table in (("sees", road.sees(name)), ("edits", road.edits(name))):
        for role, artefacts in sorted(table.items()):
            found |= each(where, f"{role} {verb}", sorted(artefacts))
    return found | each(where, "trigger", (one.trigger for one in road.leaving(name)))


def _deadline(where: str, stage: Stage, calendar: Calendar) -> Said:
    time = of_time(stage, calendar)
    if time is None or stage.deadline is None:
        return {}
    lapse = stage.deadline.lapse
    return {(where, "deadline", ""): time if lapse is None else f"{time}, then {lapse}"}


def _transition(where: str, one: Transition) -> Said:
    name = one.trigger
    return {
        (where, f"{name} leads to", ""): one.to,
        **({(where, f"{name} is for what is", ""): one.while_} if one.while_ != "running" else {}),
        **each(where, f"{name} is fired by", one.by),
        **each(where, f"{name} is approved by", one.second),
        **each(where, f"{name} needs", one.needs),
        **each(where, f"{name} asks", map(of_use, one.guards)),
        **each(where, f"{name} brings", map(of_use, one.effects)),
    }


def each(where: str, what: str, which: Iterable[str]) -> Said:
    """Several of a kind, of which nothing is said but that they are there."""
    return {(where, what, one): one for one in which}


def contents(where: str, what: str, table: Mapping[str, object]) -> Said:
    """Several of a kind by name, with what is said of each."""
    return {(where, what, name): digest_of(content) for name, content in table.items()}


def printed(found: Iterable[Change]) -> Iterator[str]:
    """Changes for people, a line for each thing: what was and what is; of several what is new, gone and changed, by
    number and name."""
    for (where, what), some in groupby(found, key=lambda one: (one.where, one.what)):
        several, told = {"new": list[str](), "gone": list[str](), "changed": list[str]()}, []
        for one in some:
            if one.before is not None and one.after is not None and one.before != one.after:
                told.append(f"{one.before} → {one.after}")
            else:
                kind = "new" if one.before is None else "gone" if one.after is None else "changed"
                several[kind].append(one.after or one.before or "")
        told += [f"{len(names)} {kind}: {', '.join(names)}" for kind, names in several.items() if names]
        yield f"{where}, {what}: {'; '.join(told)}"

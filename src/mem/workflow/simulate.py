"""Where does a definition lead, whatever people do? Stages never reached, dead ends, deadlocks, who waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mem.workflow.definition import Mechanism, Use, Workflow
from mem.workflow.vocabulary import Vocabulary
from mem.workflow.walk import Picture, Roads, Spot, Walked
from mem.workflow.wording import of_use

UNREACHED, UNUSED, DEAD_END, DEADLOCK, NO_END = "unreached", "never_fired", "dead_end", "deadlock", "no_end"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a definition: a stable code, where, what is meant, and the shortest way to it."""

    code: str
    workflow: str
    stage: str
    message: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """Whom a stage waits for: the role that it names, the triggers that leave it with who fires each (nobody: a lapse,
    or another road), and for each trigger the guards by which it waits for where others stand."""

    workflow: str
    stage: str
    role: str | None
    triggers: Mapping[str, tuple[str, ...]]
    held: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Simulation:
    """What a walk with so many states found, over so many pictures."""

    states: int
    pictures: int
    findings: tuple[Finding, ...]
    waits: tuple[Wait, ...]


def simulate(mechanism: Mechanism, workflows: Mapping[str, Workflow], words: Vocabulary, states: int) -> Simulation:
    """Walk every path of definitions that were checked. Raises `TooMany`."""
    roads = Roads(mechanism, workflows, words, states)
    walked = roads.walk()
    ends = tuple(_dead_ends(roads))
    found = (*_unreached(roads, walked), *ends, *_stuck(roads, walked, {(one.workflow, one.stage) for one in ends}))
    return Simulation(states, len(walked.seen), found, tuple(_waits(roads)))


def _unreached(roads: Roads, walked: Walked) -> Iterator[Finding]:
    stood = {spot for picture in walked.seen for spot in picture.spots}
    for name, road in roads.all.items():
        for stage in road.stages:
            if (name, stage) not in stood:
                yield Finding(UNREACHED, name, stage, "nothing ever comes to stand here")
        for one in road.transitions:
            for stage in one.from_:
                if (name, stage) in stood and (name, one.trigger, stage) not in walked.gone:
                    yield Finding(UNUSED, name, stage, f"'{one.trigger}' never fires from here")


def _dead_ends(roads: Roads) -> Iterator[Finding]:
    for name, road in roads.all.items():
        leads = {stage for stage, one in road.stages.items() if one.final}
        grown = True
        while grown:
            more = {stage for one in road.transitions for stage in one.from_ if one.leads(stage) in leads} - leads
            leads, grown = leads | more, bool(more)
        for stage in road.stages:
            if stage not in leads:
                left = road.leaving(stage)
                yield Finding(
                    DEAD_END, name, stage, "no final stage is reached from here" if left else "nothing leaves it"
                )


def _stuck(roads: Roads, walked: Walked, known: set[Spot]) -> Iterator[Finding]:
    """The first picture in which nothing moves and not all is final; else the first from which it never comes to be."""
    before: dict[Picture, set[Picture]] = {}
    for picture, following in walked.after.items():
        for after in following:
            before.setdefault(after, set()).add(picture)
    leads = {picture for picture in walked.seen if all(_final(roads, spot) for spot in picture.spots)}
    ahead = [*leads]
    while ahead:
        for picture in before.get(ahead.pop(), set()) - leads:
            leads.add(picture)
            ahead.append(picture)
    lost = [picture for picture in walked.seen if picture not in leads and not known.intersection(picture.spots)]
    still = [picture for picture in lost if not walked.after[picture]]
    for code, picture in ((DEADLOCK, still[0]) if still else (NO_END, lost[0]),) if lost else ():
        waiting = "; ".join(f"{name} in '{stage}' {_waits_for(roads, picture, (name, stage))}"
                            for name, stage in picture.spots if not _final(roads, (name, stage)))  # fmt: skip
        said = "nothing moves" if code == DEADLOCK else "not everything can come to an end"
        yield Finding(code, *picture.round, f"{said}: {waiting}", walked.path(picture))


def _final(roads: Roads, spot: Spot) -> bool:
    return roads.all[spot[0]].stages[spot[1]].final


def _waits_for(roads: Roads, picture: Picture, spot: Spot) -> str:
    told = []
    for one in roads.all[spot[0]].leaving(spot[1]):
        guards = ", ".join(map(of_use, roads.waiting(one, picture)))
        if guards:
            told.append(f"'{one.trigger}' waits: {guards}")
        elif not roads.by_itself(one, spot):
            told.append(f"'{one.trigger}' is fired from another road")
        else:
            told.append(f"'{one.trigger}' is open")
    return ", ".join(told) or "has nothing ahead"


def _waits(roads: Roads) -> Iterator[Wait]:
    for name, road in roads.all.items():
        for stage, one in road.stages.items():
            if one.final:
                continue
            leaving = road.leaving(stage)
            yield Wait(
                name,
                stage,
                one.waits_for,
                {each.trigger: tuple(each.by) for each in leaving},
                {each.trigger: held for each in leaving if (held := (*map(of_use, _held(roads, each.guards)),))},
            )


def _held(roads: Roads, guards: Iterable[Use]) -> list[Use]:
    return [use for use in guards if roads.words.guards[use.name].about is not None]


def printed(found: Simulation) -> Iterator[str]:
    """A simulation for people: who waits for whom, stage by stage, then every finding with the way to it."""
    for wait in found.waits:
        yield f"{wait.workflow}, {wait.stage}: waits for {wait.role or 'nobody by name'}"
        for trigger, by in wait.triggers.items():
            held = f"; held by {', '.join(wait.held[trigger])}" if trigger in wait.held else ""
            yield f"  {trigger}: {' or '.join(by) or 'nobody (a lapse, or another road)'}{held}"
    for one in found.findings:
        yield f"{one.code}: {one.workflow}, {one.stage}: {one.message}"
        yield from (f"  {number}. {step}" for number, step in enumerate(one.path, start=1))
    yield f"{found.pictures} pictures of {found.states} states, {len(found.findings)} findings"

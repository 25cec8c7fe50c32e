"""Which pictures of a round and its evaluations can come to be by a definition, whatever people do? No database.

A picture says where the round stands, at which stages some evaluation stands, and where one recommendation stands.
That is enough: guards ask where the round stands, or where every evaluation does, so equal evaluations are one, and a
recommendation knows nothing of another. All states are enrolled from the beginning. What else a guard asks for depends
on what people do, and may hold. What guards and effects
mean here they say themselves (`vocabulary.Walk`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mem.workflow.definition import Mechanism, Transition, Use, Workflow
from mem.workflow.vocabulary import Vocabulary, Walk
from mem.workflow.wording import lapses

MOST = 200_000
"""How many pictures are looked at before the walk gives up."""
Spot = tuple[str, str]
"""A workflow and a stage of it."""
Arrow = tuple[str, str, str]
"""A workflow, a trigger, and the stage that it leaves."""


class TooMany(ValueError):
    """There are more pictures than are looked at; fewer states may do."""


@dataclass(frozen=True)
class Picture:
    """Where everything stands: the round, some evaluation at each of these, one recommendation once there is one."""

    round: Spot
    evaluations: frozenset[Spot]
    recommendation: Spot | None = None

    @property
    def spots(self) -> list[Spot]:
        last = [] if self.recommendation is None else [self.recommendation]
        return [self.round, *sorted(self.evaluations), *last]


@dataclass
class Walked:
    """What a walk saw: each picture with the one before it and the arrow between them (None: the beginning), the
    pictures that follow each, and every arrow that was gone."""

    seen: dict[Picture, tuple[Picture, Arrow] | None] = field(default_factory=dict)
    after: dict[Picture, set[Picture]] = field(default_factory=dict)
    gone: set[Arrow] = field(default_factory=set)

    def path(self, picture: Picture) -> tuple[str, ...]:
        """The shortest way to a picture, arrow by arrow."""
        found: list[str] = []
        while (before := self.seen[picture]) is not None:
            picture, (workflow, trigger, stage) = before
            found.append(f"{workflow}: {trigger} from {stage}")
        return tuple(reversed(found))


class Roads:
    """The roads of a mechanism, and how a picture follows another on them."""

    def __init__(self, mechanism: Mechanism, workflows: Mapping[str, Workflow], words: Vocabulary, states: int) -> None:
        self.words, self.states = words, states
        self.round = workflows[mechanism.round_workflow]
        used = dict.fromkeys(cycle.workflow for cycle in mechanism.cycles.values())
        self.evaluations = {name: workflows[name] for name in used}
        effects = (use for road in self.evaluations.values() for one in road.transitions for use in one.effects)
        issued = any(words.effects[use.name].walk is Walk.ISSUES for use in effects)
        self.recommendation = workflows[mechanism.recommendation_workflow] if issued else None
        last = [] if self.recommendation is None else [self.recommendation]
        self.all = {road.workflow: road for road in (self.round, *self.evaluations.values(), *last)}

    def walk(self) -> Walked:
        """Every picture that can come to be. Raises `TooMany`."""
        first = Picture(
            (self.round.workflow, self.round.initial),
            frozenset((name, road.initial) for name, road in self.evaluations.items()),
        )
        found, ahead = Walked(seen={first: None}), deque([first])
        while ahead:
            picture = ahead.popleft()
            following = found.after[picture] = set()
            for arrow, after in self._following(picture):
                found.gone.add(arrow)
                if after != picture:
                    following.add(after)
                if after not in found.seen:
                    found.seen[after] = (picture, arrow)
                    ahead.append(after)
            if len(found.seen) > MOST:
                raise TooMany(f"more than {MOST} pictures with {self.states} states: ask for fewer")
        return found

    def _following(self, picture: Picture) -> Iterator[tuple[Arrow, Picture]]:
        for spot in picture.spots:
            for transition in self.all[spot[0]].leaving(spot[1]):
                if not self.by_itself(transition, spot) or any(self.waiting(transition, picture)):
                    continue
                for moved in self._moved(picture, spot, transition.leads(spot[1])):
                    for arrows, after in self._effects(transition.effects, moved):
                        for arrow in [(spot[0], transition.trigger, spot[1]), *arrows]:
                            yield arrow, after

    def by_itself(self, transition: Transition, spot: Spot) -> bool:
        """Whether somebody fires it, or a lapse does; not only another road."""
        return bool(transition.by) or lapses(self.all[spot[0]], transition.trigger, spot[1])

    def waiting(self, transition: Transition, picture: Picture) -> Iterator[Use]:
        """The guards of a transition for which others would have to stand elsewhere."""
        for use in transition.guards:
            walk, named = self.words.guards[use.name].walk, use.params
            if walk is Walk.ROUND_STANDS:
                asked: Iterable[Spot] = [picture.round]
            else:
                asked = picture.evaluations if walk is Walk.EVALUATIONS_STAND else ()
            if any(workflow == named["workflow"] and stage not in named["stages"] for workflow, stage in asked):
                yield use

    def _moved(self, picture: Picture, spot: Spot, to: str) -> Iterator[Picture]:
        """The pictures after one at a spot has moved: of evaluations, as the last one there, or as one of several."""
        there = (spot[0], to)
        if spot == picture.round:
            yield replace(picture, round=there)
        elif spot == picture.recommendation:
            yield replace(picture, recommendation=there)
        else:
            yield replace(picture, evaluations=picture.evaluations - {spot} | {there})
            more = picture.evaluations | {there}
            if sum(workflow == spot[0] for workflow, _ in more) <= self.states:
                yield replace(picture, evaluations=more)

    def _effects(self, effects: Iterable[Use], picture: Picture) -> list[tuple[list[Arrow], Picture]]:
        """The pictures after some effects, with the arrows they fire; none where what they fire cannot be."""
        found: list[tuple[list[Arrow], Picture]] = [([], picture)]
        for use in effects:
            walk = self.words.effects[use.name].walk
            if walk is Walk.FIRES:
                found = [(a + b, last) for a, one in found for b, last in self._fired(use, one)]
            elif walk is Walk.ISSUES and self.recommendation is not None:
                begun = (self.recommendation.workflow, self.recommendation.initial)
                found += [(a, replace(one, recommendation=begun)) for a, one in found if one.recommendation is None]
        return found

    def _fired(self, use: Use, picture: Picture) -> list[tuple[list[Arrow], Picture]]:
        """All evaluations that stand where a trigger leaves go at once."""
        workflow, trigger = use.params["workflow"], use.params["trigger"]
        going: dict[Spot, Transition] = {}
        for spot in sorted(picture.evaluations):
            transition = self.all[workflow].transition(trigger, spot[1]) if spot[0] == workflow else None
            if transition is not None and any(self.waiting(transition, picture)):
                return []
            if transition is not None:
                going[spot] = transition
        stay = picture.evaluations.difference(going)
        there = replace(picture, evaluations=stay | {(workflow, one.leads(stage)) for (_, stage), one in going.items()})
        found: list[tuple[list[Arrow], Picture]] = [([(workflow, trigger, stage) for _, stage in going], there)]
        for one in going.values():
            found = [(a + b, last) for a, moved in found for b, last in self._effects(one.effects, moved)]
        return found

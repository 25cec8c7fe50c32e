"""Which words may data use? Handed in by whoever knows them: the engine itself knows no feature."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel


class Walk(StrEnum):
    """What a guard or an effect means to whoever walks a definition without a database (`workflow.simulate`)."""

    FREE = "free"
    """It depends on what people do: it may hold, and nothing else moves by it."""
    ROUND_STANDS = "round_stands"
    """A guard: the round, where it is on the road `workflow`, stands in one of `stages`."""
    EVALUATIONS_STAND = "evaluations_stand"
    """A guard: every evaluation on the road `workflow` stands in one of `stages`."""
    FIRES = "fires"
    """An effect: `trigger` is fired on every evaluation on the road `workflow` that stands where it leaves."""
    ISSUES = "issues"
    """An effect: recommendations begin their road."""


@dataclass(frozen=True)
class Verb:
    """A guard or an effect as data may use it: its parameters, the subjects it knows how to look at, the subject that
    its parameter `workflow` must move, what must come with a trigger that uses it, and what it means to a walk."""

    params: type[BaseModel]
    subjects: frozenset[str]
    about: str | None = None
    needs: frozenset[str] = frozenset()
    walk: Walk = Walk.FREE


@dataclass(frozen=True)
class Vocabulary:
    """The closed lists that data may use: guards and effects, capabilities (with those that only a role that evaluates
    holds, and those that no role holds over its own state), for each artefact the capability that editing it takes
    (None: it is only ever seen), for each subject the artefacts of which whoever moves it sees one (none: all do), and
    the effects that make the report public, that suspend, and that end a suspension; the
    artefacts that can be opened again, each by a subject that has them."""

    guards: Mapping[str, Verb]
    effects: Mapping[str, Verb]
    capabilities: Collection[str]
    judging: Collection[str]
    never_over_the_own: Collection[str]
    artefacts: Mapping[str, str | None]
    movers_see: Mapping[str, frozenset[str]]
    publishing: Collection[str]
    suspending: Collection[str] = ()
    resuming: Collection[str] = ()
    openable: Mapping[str, Collection[str]] = field(default_factory=dict)

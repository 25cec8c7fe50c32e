"""What is a step of the stateful proof? What is asked of the house, what the model expects of it, and what follows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.proof.model import Model, Person
from tests.proof.road_as_read import SECOND_DAYS

from mem.core.work import Work
from mem.people.policy import Actor
from mem.process.advance import advance
from mem.process.facts import Payload

DONE = "done"
MOVE = "move"


@dataclass(frozen=True)
class Step:
    """Who asks for what (nobody: it is the clock); the codes of which one is expected (`done`, or a refusal) with the
    codes of its reasons where they are foreseen; and what then is so, told with what came back."""

    name: str
    who: Person | None
    act: Callable[[Work, Actor], Any]
    expected: frozenset[str]
    reasons: frozenset[str] | None
    then: Callable[[Any], None]


def step(
    name: str, who: Person | None, act: Callable[[Work, Actor], Any], refusal: str | None, then: Callable[[Any], None]
) -> Step:
    """A step that is refused with a code, or done."""
    return Step(name, who, act, frozenset({refusal or DONE}), None, then)


@dataclass(frozen=True)
class Play:
    """A model in play: with chance, and who acts."""

    model: Model
    chance: random.Random

    def anybody(self) -> Person:
        return self.chance.choice(self.model.people)

    def someone(self, *roles: str, state: str | None = None, other_than: str | None = None) -> Person:
        """Somebody who holds one of these roles (for this state, for no such state), or anybody."""
        fits = [
            one
            for one in self.model.people
            if any(
                role in roles and (state is None or of == state) and (other_than is None or of != other_than)
                for role, of in self.model.grants(one.id)
            )
        ]
        return self.chance.choice(fits or self.model.people)

    def judge(self, evaluation: UUID) -> Person:
        """Somebody with a voice on an evaluation, or any expert."""
        heard = {row["person_id"] for _, row in self.model.of("assignment", evaluation_id=evaluation, ended_at=None)}
        fits = [one for one in self.model.people if one.id in heard]
        return self.chance.choice(fits) if fits else self.someone("expert")

    def often(self, likely: Any, unlikely: Any, weight: float = 0.8) -> Any:
        return likely if self.chance.random() < weight else unlikely

    def evaluation(self) -> UUID:
        return self.chance.choice(self.model.evaluations())


def firing(
    play: Play,
    who: Person,
    position: UUID,
    trigger: str,
    reason: str | None = "Because.",
    occasion: UUID | None = None,
    behind: int = 0,
) -> Step:
    """Fire a trigger, on the version that is there or on one `behind` it."""
    model, here = play.model, play.model.at(position)
    seen = here["version"] - behind

    def act(work: Work, actor: Actor) -> Any:
        return advance(work, actor, position, trigger, Payload(reason, occasion), seen)

    def then(came: Any) -> None:
        if not ways[trigger].second:
            model.move(position, trigger, who.id, reason, occasion)
            return
        content = {"trigger": trigger, "reason": reason, "occasion": None if occasion is None else str(occasion)}
        ask(model, came, MOVE, position, here["version"], content, position, who)

    name = f"{here['subject']} {trigger}"
    ways = model.ways(position)
    if not model.knows(who.id, position):
        return step(name, who, act, "not_found", then)
    if behind:
        return step(name, who, act, "stale", then)
    if trigger not in ways:
        return step(name, who, act, "refused", then)
    against = frozenset(_against(model, position, trigger, reason, occasion))
    state = None if here["subject"] == "round" else model.state(model.evaluation_of(position))
    if not model.holds(who.id, ways[trigger].by, state, model.assigned(who.id, model.evaluation_of(position))):
        return Step(name, who, act, frozenset({"not_allowed", "refused"}), None, then)
    return Step(name, who, act, frozenset({"refused" if against else DONE}), against or None, then)


def ask(
    model: Model, one: UUID, act: str, subject: UUID, version: int, content: dict[str, Any], chain: UUID, who: Person
) -> None:
    """What somebody asked for waits for another."""
    row = {"act": act, "subject_id": subject, "version": version, "content": content, "chain_id": chain}
    more = {"round_id": model.round, "asked_by": who.id, "asked_at": model.now}
    until = model.now + timedelta(days=SECOND_DAYS)
    ended = {"outcome": None, "settled_by": None, "settled_at": None}
    model.put("approval", (one,), **row, **more, **ended, expires_at=until)
    model.said(chain, "approval_asked", who.id, approval=str(one), act=act, subject=str(subject), **content)


def waits(model: Model, subject: UUID) -> list[tuple[UUID, dict[str, Any]]]:
    """What was asked for on a subject and still waits."""
    asked = model.of("approval", subject_id=subject, outcome=None)
    return [(key[0], row) for key, row in asked if row["expires_at"] > model.now]


def _asked(model: Model, position: UUID, trigger: str) -> bool:
    """Whether a move is asked for, on the version that is there now."""
    version = model.at(position)["version"]
    return any(row["version"] == version and row["content"]["trigger"] == trigger for _, row in waits(model, position))


def _against(model: Model, position: UUID, trigger: str, reason: str | None, occasion: UUID | None) -> list[str]:
    """The codes of everything against a transition, whoever fires it."""
    way = model.ways(position)[trigger]
    came = {"reason": reason, "occasion": occasion}
    found = [f"{need}_needed" for need in way.needs if came[need] is None]
    found += ["second_awaited"] if _asked(model, position, trigger) else []
    found += unmet(model, position, way.guards, occasion)
    for code in found:
        model.fired[f"told {code}"] += 1
    return found


def unmet(model: Model, position: UUID, guards: Iterable[str], occasion: UUID | None) -> list[str]:
    """The codes of the conditions that do not hold."""
    found = []
    for guard in guards:
        codes = GUARDS[guard](model, position, occasion)
        if codes:
            model.fired[f"refused by {guard}"] += 1
        found += codes
    return found


def _session(model: Model, position: UUID, occasion: UUID | None) -> list[str]:
    if occasion is None:
        return []
    held = model.rows["occasion"].get((occasion,))
    codes = []
    if held is None:
        codes.append("unknown_occasion")
    elif held["held_on"] > model.now.date():
        codes.append("occasion_ahead")
    elif held["held_on"] < model.at(position)["entered_at"].date():
        codes.append("occasion_before")
    spent = {row["occasion_id"] for key, row in model.rows["decision"].items() if key[0] == position}
    return [*codes, "occasion_spent"] if occasion in spent else codes


def _undesignated(model: Model) -> bool:
    over = ("published", "not_participating")
    named = {row["state"] for row in model.rows["designation"].values()}
    return any(model.at(one)["stage"] not in over and model.state(one) not in named for one in model.evaluations())


def _unfinished(model: Model) -> bool:
    return any(model.at(one)["stage"] not in ("published", "not_participating") for one in model.evaluations())


def _handed_in(model: Model, position: UUID) -> bool:
    return all(model.rows["assignment"][(one,)]["handed_in_at"] for one in model.voices(position).values())


Guard = Callable[[Model, UUID, UUID | None], list[str]]


def _code(code: str, holds: Callable[[Model, UUID], bool]) -> Guard:
    """A guard that says one code unless something holds."""
    return lambda model, position, _: [] if holds(model, position) else [code]


GUARDS: dict[str, Guard] = {
    "some_state": _code("no_state_enrolled", lambda model, _: bool(model.evaluations())),
    "some_unit": _code("nothing_evaluated", lambda model, _: bool(model.rated())),
    "all_designated": _code("no_expert_designated", lambda model, _: not _undesignated(model)),
    "all_over": _code("evaluation_not_there", lambda model, _: not _unfinished(model)),
    "round_evaluates": _code(
        "round_not_there", lambda model, _: model.round is not None and model.at(model.round)["stage"] == "evaluation"
    ),
    "all_answered": _code("answer_missing", lambda model, one: not model.missing(one)),
    "two_voices": _code("too_few_experts", lambda model, one: len(model.voices(one)) >= 2),
    "all_handed_in": _code("assessment_missing", _handed_in),
    "all_concluded": _code(
        "conclusion_missing", lambda model, one: set(model.rated()) <= set(model.newest("conclusion_version", one))
    ),
    "all_spoken": _code("voice_missing", lambda model, one: not model.unspoken(one)),
    "comments_answered": _code("comment_open", lambda model, one: not model.open_comments(one)),
    "session_held": _session,
    "report_approved": _code("not_approved", lambda model, one: bool(model.of("decision", trigger="approve"))),
}
"""Each condition of `road_as_read`, as the codes that it is refused with. An approved report was approved: the last of
them never refuses anything."""

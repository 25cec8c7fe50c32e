"""What are single commands of a proof, bound to a world as it was seen before?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import Any
from uuid import UUID

from tests.proof.grounds import all_but, method
from tests.proof.units import keyed
from tests.worlds import CHANGED_TEXT, World

from mem.answers.service import NewAnswer, give, newest
from mem.assessments.rules import Spoken
from mem.assessments.service import conclude, concluded, find, findings, hand_in
from mem.assessments.voices import speak
from mem.core.errors import Precondition
from mem.core.work import Work
from mem.evidence.service import NewLink, attach_links
from mem.people.policy import Actor
from mem.people.service import actor_of, add_person, grant_role
from mem.process.advance import advance, lapse
from mem.process.approving import second, take_back
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.recommendations.service import issued
from mem.reports.comments import NewComment, NewResponse, comment, listed, respond
from mem.rounds.conflicts import declare
from mem.rounds.experts import assignments, designate, end, substitute
from mem.rounds.service import NewCycle, open_round, record_occasion

Command = Callable[[World], Any]
"""What somebody does; the world as its unit of work sees it comes in."""


@dataclass(frozen=True)
class Ground:
    """Where a world stands when commands are tried on it, and which they are, by name."""

    name: str
    prepared: Callable[[Work], World]
    commands: Callable[[World], Mapping[str, Command]]

    def pairs(self, here: World) -> Iterator[tuple[str, tuple[Command, Command]]]:
        """Every two of the commands, each with itself too."""
        for (name, one), (beside, other) in combinations_with_replacement(self.commands(here).items(), 2):
            yield f"{self.name}: {name} and {beside}", (one, other)


def firing(here: World, actor: Actor | None, trigger: str, position: UUID | None = None, **payload: Any) -> Command:
    """Fire a trigger on the version that is there now; by nobody, it is a lapse, and one too late is refused too."""
    where = position or here.id
    seen = moving(here.work, where, None).version

    def fire(at: World) -> object:
        if actor is not None:
            return advance(at.by(actor), actor, where, trigger, Payload(**payload), seen)
        moved = lapse(at.work, where, trigger, seen)
        if moved is None:
            raise Precondition("stale", "This has moved since.")
        return moved

    return fire


def approving(actor: Actor, approval: UUID) -> Command:
    """Approve, as the second person, what was asked for."""
    return lambda at: str(second(at.by(actor), actor, approval).id)


def withdrawing(actor: Actor, approval: UUID) -> Command:
    return lambda at: take_back(at.by(actor), actor, approval)


def declaring(here: World, state: str) -> Command:
    """An expert has a conflict with the state that is evaluated."""
    by = here.experts[state]
    return lambda at: declare(at.by(by), by, here.round, by.person_id, "BRB", "A cousin.")


def with_key(key: str, actor: Actor, command: Command) -> Command:
    """The same as a request with an `Idempotency-Key`."""

    def sent(at: World) -> Any:
        return keyed(actor, key, "/proof", lambda work: command(replace(at, work=work)))(at.by(actor))

    return sent


def with_token(token: str, here: World) -> Command:
    """An answer of whoever has this token, if it still counts."""
    base = newest(here.work, here.id, ["is_1_1"])["is_1_1"]

    def answers(at: World) -> Any:
        actor, _ = actor_of(at.work, f"Bearer {token}")
        return give(at.by(actor), actor, here.id, [NewAnswer("is_1_1", True, None, base)])

    return answers


def acting_with(token: str, here: World) -> Command:
    """A session is put on record by whoever has this token, if it still counts."""

    def acts(at: World) -> UUID:
        actor, _ = actor_of(at.work, f"Bearer {token}")
        day = at.work.now.date()
        return record_occasion(at.by(actor), actor, here.round, "commission_session", "A session", day)

    return acts


def open_another(here: World) -> Command:
    unit, cycle = here.secretariat, NewCycle("evaluation", "main", "All", all_but(["IS-1.1"]))
    return lambda at: open_round(at.by(unit), method(), "another", "Another round", True, [cycle])


def designating(here: World, state: str) -> Command:
    entity, expert = here.entities[state], here.experts[state].person_id
    return lambda at: designate(at.by(entity), entity, here.round, state, expert, "principal")


def answering(here: World, actor: Actor, question: str = "is_1_1") -> Command:
    base = newest(here.work, here.id, [question]).get(question, 0)
    said = [NewAnswer(question, True, None, base)]
    return lambda at: [list(one) for one in give(at.by(actor), actor, here.id, said)]


def attaching(here: World) -> Command:
    link = NewLink("A link", "https://example.org/", ["IS-1.1"])
    return lambda at: attach_links(at.by(here.entity), here.entity, here.id, [link])


def _voice(here: World, state: str) -> UUID:
    return UUID(str(next(row.id for row in assignments(here.work, here.id) if row.expert_state == state)))


def substituting(here: World, state: str) -> Command:
    """Pass a voice on to another expert of its state, who is named for it."""
    unit, voice, entity = here.secretariat, _voice(here, state), here.entities[state]
    second = add_person(here.work, "A second expert")
    grant_role(here.work, method(), second, "expert", state)
    named = designate(here.by(entity), entity, here.round, state, second, "alternate")
    return lambda at: substitute(at.by(unit), unit, here.id, voice, named, "Ill.")


def ending(here: World, state: str) -> Command:
    unit, voice = here.secretariat, _voice(here, state)
    return lambda at: end(at.by(unit), unit, here.id, voice, "Ill.")


def finding(here: World, state: str) -> Command:
    expert = here.experts[state]
    there = {row.unit: row.version for row in findings(here.by(expert), expert, here.id)}
    said = [replace(one, base=there.get(one.unit, 0)) for one in here.findings(state)]
    return lambda at: find(at.by(expert), expert, here.id, said)


def handing_in(here: World, state: str) -> Command:
    expert = here.experts[state]
    return lambda at: hand_in(at.by(expert), expert, here.id)


def concluding(here: World) -> Command:
    by, there = here.coordinator, concluded(here.work, here.id)
    said = [replace(one, base=there[one.unit].version) for one in here.conclusions()]
    return lambda at: conclude(at.by(by), by, here.id, said)


def speaking(here: World, state: str) -> Command:
    """Agree to every conclusion, as it is now."""
    expert = here.experts[state]
    said = [Spoken(unit, row.version) for unit, row in concluded(here.work, here.id).items()]
    return lambda at: speak(at.by(expert), expert, here.id, said)


def commenting(here: World) -> Command:
    said = [NewComment("IS-1.3/finding", "paragraph", "We see this otherwise.")]
    return lambda at: [str(one) for one in comment(at.by(here.entity), here.entity, here.id, said)]


def responding(here: World, actor: Actor) -> Command:
    """Answer the comment that is still open."""
    waits = next(row.id for row in listed(here.work, here.id) if row.disposition is None)
    said = [NewResponse(waits, "accepted", "The country is right.", changed_text=CHANGED_TEXT)]
    return lambda at: respond(at.by(actor), actor, here.id, said)


def recommendation(here: World) -> UUID:
    return UUID(str(issued(here.work, here.id)[0].id))

"""Where does Barbados' evaluation stand in a world full of secrets? Cast, answers, evidence and voices.

Six states take part with persons, three with evaluations; the evaluation is judged by the expert of Chile and by
others, who are secret. `judged.py` goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from tests.proof.seeded import Seeded, words
from tests.values import value_for
from tests.worlds import LEFT_OUT, World, world

from mem.answers.rules import missing
from mem.answers.service import NewAnswer, give
from mem.core.work import Work
from mem.evidence.service import NewFile, NewLink, attach_file, attach_links
from mem.evidence.store import Store
from mem.methods.method import Method
from mem.people.models import Membership
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, end_role, grant_role, issue_token, revoke_token
from mem.questionnaires.definition import Asked
from mem.rounds.experts import assign, designate, end, substitute
from mem.rounds.standing import excluded

OUT = {**LEFT_OUT, **dict.fromkeys(("IS-3", "IS-4", "IS-5", "IS-6", "IS-7"), "Judged in another cycle.")}
JUDGES = ("CHL", "JAM", "PER")
DAY = {
    "enrolled": 0, "answering": 1, "compilation": 2, "review": 3, "consolidation": 4, "country_comment": 5,
    "revision": 6, "before_commission": 7, "approved": 8, "published": 9, "not_participating": 2,
}  # fmt: skip
"""The day on which each stage is entered."""
OBSERVERS = "EKOMAXCekxbcdgrn"
"""As in `tests.secrecy.truth`; somebody of each is in every world."""


@dataclass
class Twin:
    """A world as it is being made, who observes it (each with a token), and whose voices speak beside Chile's."""

    seeded: Seeded
    world: World
    store: Store
    actors: dict[str, Actor]
    tokens: dict[str, str]
    others: tuple[str, ...]
    session: UUID | None = None

    def at(self, step: str, day: float) -> World:
        """The world in the unit of work of a step."""
        return self.world.within(self.seeded.work(step, day))

    def moment(self, secret: str, stage: str) -> float:
        """A secret instant within a stage."""
        return DAY[stage] + self.seeded.draw(secret).uniform(0.1, 0.9)


def twin(
    connection: Connection, method: Method, store: Store, began: datetime, seeds: Mapping[str, int],
    others: tuple[str, ...],
) -> Twin:  # fmt: skip
    """A round with its people, in preparation."""
    seeded = Seeded(connection, began, seeds)
    made = Twin(seeded, world(seeded.work("world", 0), method, left_out=OUT), store, {}, {}, others)
    _people(made, method)
    return made


def named(made: Twin) -> None:
    """The round calls for experts, every state names its own, and a session of the Commission is on the calendar."""
    here = made.at("experts named", 0.2)
    here.name_experts()
    for name, state, actor in (("PER", "PER", "p"), ("alternate", "JAM", "d"), ("x", "ARG", "x")):
        by = here.entities.get(state) or made.actors[f"entity {state}"]
        here.designations[name] = designate(
            here.by(by), by, here.round, state, made.actors[actor].person_id, "alternate"
        )
    made.world = here
    made.session = made.at("session", 0.3).session(days=DAY["approved"])


def _people(made: Twin, method: Method) -> None:
    work, here = made.seeded.work("people", 0.1), made.world

    def acting(role: str, state: str | None) -> Actor:
        person = add_person(work, f"{role} {state or ''}".strip())
        grant_role(work, method, person, role, state)
        return Actor(person, role, (Grant(role, state, method.mechanism.mechanism),))

    made.actors = {
        "E": here.entity, "K": here.contributors["BRB"], "O": here.secretariat, "M": here.commission,
        "A": here.auditor, "X": here.experts["CHL"], "C": here.coordinators["CHL"], "e": here.entities["CHL"],
        "k": here.contributors["CHL"], "b": here.experts["BRB"], "c": here.coordinators["BRB"],
        "x": acting("expert", "ARG"), "d": acting("expert", "JAM"), "g": acting("auditor", None),
        "r": acting("mem_unit", None), "p": acting("expert", "PER"),
        "entity PER": acting("national_coordinating_entity", "PER"),
        "entity ARG": acting("national_coordinating_entity", "ARG"),
    }  # fmt: skip
    made.tokens = {who: issue_token(work, made.actors[who].person_id, "x", 300)[1] for who in OBSERVERS if who != "n"}
    revoke_token(work, made.tokens["r"].split("_")[1])
    end_role(work, _role(work, made.actors["g"]))


def _role(work: Work, actor: Actor) -> UUID:
    return UUID(str(work.db.execute(select(Membership.id).where(Membership.person_id == actor.person_id)).scalar_one()))


def issued(made: Twin) -> None:
    made.at("issue", DAY["answering"]).fire(made.world.secretariat, "issue_questionnaire", made.world.round)


def called(made: Twin) -> None:
    """Experts are called for, and none is named yet."""
    made.at("called", 0.2).fire(made.world.secretariat, "call_for_experts", made.world.round)


def not_participating(made: Twin) -> None:
    here = made.at("absent", DAY["not_participating"])
    here.fire(here.secretariat, "record_non_participation", reason=words(made.seeded.draw("stage")))


def answered(made: Twin, stays: bool) -> None:
    """Evidence is attached and answers are given, some of them several times; where the evaluation stays here, only
    some."""
    here = made.at("evidence", made.moment("answered at", "answering") - 0.09)
    evidence, by = _attached(made, here), here.contributors["BRB"]
    values = _values(made, here, evidence)
    if stays:
        draw = made.seeded.draw("answers")
        values = {key: value for key, value in values.items() if draw.random() < 0.6} or values
    before, draw = dict.fromkeys(values, 0), made.seeded.draw("answering")
    for turn in range(draw.randint(0, 2)):
        here = made.at(f"answers {turn}", made.moment("answered at", "answering") + turn / 1_000)
        again = [key for key in values if draw.random() < 0.3] or [next(iter(values))]
        give(here.by(by), by, here.id, [NewAnswer(key, values[key], None, before[key]) for key in again])
        before |= {key: before[key] + 1 for key in again}
    here = made.at("answers", made.moment("answered at", "answering") + 0.05)
    give(here.by(by), by, here.id, [NewAnswer(key, value, None, before[key]) for key, value in values.items()])


def _attached(made: Twin, here: World) -> UUID:
    draw, by = made.seeded.draw("evidence"), here.entity
    links = [
        NewLink(words(draw), f"https://example.org/{draw.getrandbits(40)}", here.units if one == 0 else here.units[:2])
        for one in range(draw.randint(1, 4))
    ]
    first, *_ = attach_links(here.by(by), by, here.id, links)
    file = NewFile(words(draw), f"{draw.getrandbits(40)}.txt", "text/plain", words(draw).encode(), here.units[:1])
    here = made.at("file", made.moment("answered at", "answering") - 0.05)
    attach_file(here.by(by), by, made.store, here.id, file)
    return first


def _values(made: Twin, here: World, evidence: UUID) -> dict[str, Any]:
    """Every answer that is required, those that others make necessary included."""
    draw, where, values = made.seeded.draw("answers"), here.standing(), dict[str, Any]()
    out = excluded(here.work, where)
    while open_ones := missing(where.form, values, (), out):
        for reason in open_ones:
            key = str(reason.about).split()[1]
            values[key] = _value(where.form.asked[key], evidence, draw)
    return values


def _value(asked: Asked, evidence: UUID, draw: Random) -> Any:
    plain, choices = value_for(asked, evidence), list(asked.shape.choices)
    drawn = {
        "yes_no": draw.random() < 0.7, "text": words(draw), "integer": draw.randint(0, 99),
        "single_choice": draw.choice(choices or [None]), "multi_choice": plain,
        "table_by_year": {row: {str(year): draw.randint(0, 99) for year in asked.shape.years}
                          for row in asked.shape.rows},
        "legal_instrument": {"title": words(draw)},
    }.get(asked.type.name, plain)  # fmt: skip
    return plain if asked.faults(drawn) else drawn


def submitted(made: Twin) -> None:
    made.at("submit", DAY["compilation"]).fire(made.world.entity, "submit_answers")


def assigned(made: Twin) -> None:
    """Chile has a voice, so have others; Jamaica's passes on from one expert to another, and Peru's may come to an
    end."""
    here = made.at("voices", made.moment("voices", "compilation"))
    draw, by, id_ = made.seeded.draw("voices"), here.secretariat, here.id
    assign(here.by(by), by, id_, [here.designations["CHL"]])
    spoken = [*made.others, *(["PER"] if "PER" not in made.others and draw.random() < 0.5 else [])]
    for state in spoken:
        here = made.at(f"voice of {state}", made.moment("voices", "compilation") + 0.01)
        named = here.designations["alternate" if state == "JAM" else state]
        (voice,) = assign(here.by(by), by, id_, [named])
        if state == "JAM":
            substitute(here.by(by), by, id_, voice, here.designations["JAM"], words(draw))
        elif state not in made.others:
            end(here.by(by), by, id_, voice, words(draw))

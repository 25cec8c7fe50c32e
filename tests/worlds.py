"""Where does a test of a service get a whole world from? Three states in one cycle, their people, and Barbados'
evaluation at any stage, all through the services.

Barbados is judged by the experts of Chile and Jamaica. All areas but one are left out, so 25 actions are judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.values import value_for

from mem.answers.rules import missing
from mem.answers.service import NewAnswer, give, newest
from mem.approvals.service import Waiting
from mem.assessments.rules import Citation, Judgement, Spoken
from mem.assessments.service import conclude, concluded, find, hand_in
from mem.assessments.voices import speak
from mem.core.work import Work
from mem.evidence.service import NewLink, attach_links
from mem.methods.method import Method
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, grant_role
from mem.process.advance import Moved, advance
from mem.process.approving import second
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.reports.comments import NewComment, NewResponse, comment, listed, respond
from mem.rounds.experts import assign, designate
from mem.rounds.service import NewCycle, cycles, enrol, open_round, record_occasion
from mem.rounds.standing import Standing, excluded, rated_units, standing

STATES = ("BRB", "CHL", "JAM")
ASSIGNED = ("CHL", "JAM")
LEFT_OUT = dict.fromkeys(("DR", "SR", "CM", "IC"), "Judged in another cycle.")
STAGES = (
    "enrolled", "answering", "compilation", "review", "consolidation", "country_comment", "revision",
    "before_commission", "approved", "published",
)  # fmt: skip
DISSENTED, WEAK = "IS-1.1", "IS-1.2"
"""The unit on which a voice dissents, and the one whose rating demands a recommendation."""
COMMENTED = (("IS-1.3/finding", "paragraph"), ("IS-1.4/rating", "rating"), ("IS-2.1/finding", "paragraph"))
CHANGED_TEXT, CHANGED_RATING = {"en": "The country does more than was found."}, "completed"


@dataclass(frozen=True)
class World:
    """A round and who acts in it, as `work` sees it. Entities, contributors and experts by state; one coordinator is of
    the evaluated state, one of another; of the secretariat there are two, since some acts take two persons."""

    work: Work
    method: Method
    round: UUID
    cycle: UUID
    evaluations: Mapping[str, UUID]
    entities: Mapping[str, Actor]
    contributors: Mapping[str, Actor]
    experts: Mapping[str, Actor]
    coordinators: Mapping[str, Actor]
    secretariat: Actor
    deputy: Actor
    commission: Actor
    auditor: Actor
    designations: dict[str, UUID] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """Barbados' evaluation."""
        return self.evaluations["BRB"]

    @property
    def entity(self) -> Actor:
        return self.entities["BRB"]

    @property
    def coordinator(self) -> Actor:
        """The one who may coordinate on Barbados."""
        return self.coordinators["CHL"]

    @property
    def everybody(self) -> list[Actor]:
        by_state = (self.entities, self.contributors, self.experts, self.coordinators)
        whole = (self.secretariat, self.deputy, self.commission, self.auditor)
        return [*(actor for actors in by_state for actor in actors.values()), *whole]

    def within(self, work: Work) -> World:
        """The same world in another unit of work."""
        return replace(self, work=work, designations=dict(self.designations))

    def by(self, actor: Actor, days: int = 0) -> Work:
        """The unit of work as that of an actor, some days later."""
        return replace(self.work, actor_id=actor.person_id, now=self.work.now + timedelta(days=days))

    def standing(self, actor: Actor | None = None) -> Standing:
        return standing(self.work, self.id, actor)

    @property
    def stage(self) -> str:
        return self.standing().stage

    @property
    def units(self) -> list[str]:
        """What is judged."""
        return [unit.code for unit in rated_units(self.work, self.standing())]

    def fire(self, actor: Actor, trigger: str, position: UUID | None = None, days: int = 0, **payload: Any) -> Moved:
        """Fire a trigger on Barbados' evaluation, or on what stands elsewhere, on the version it has."""
        where = position or self.id
        seen = moving(self.work, where, None).version
        moved = advance(self.by(actor, days), actor, where, trigger, Payload(**payload), seen)
        assert isinstance(moved, Moved)
        return moved

    def to(self, stage: str) -> World:
        """Bring Barbados' evaluation on to this stage."""
        assert stage in STAGES, f"no stage '{stage}' on the road of these tests"
        steps = (
            self.issue, self.submit, self.open_review, self.assess, self.send_draft, self.return_comments,
            self.finalise, self.approve, self.publish,
        )  # fmt: skip
        for step in steps[STAGES.index(self.stage) : STAGES.index(stage)]:
            step()
        return self

    def name_experts(self) -> None:
        """The round calls for experts, and each state names its own."""
        self.fire(self.secretariat, "call_for_experts", self.round)
        for state, entity in self.entities.items():
            person = self.experts[state].person_id
            made = designate(self.by(entity), entity, self.round, state, person, "principal")
            self.designations[state] = made

    def issue(self) -> None:
        self.name_experts()
        self.fire(self.secretariat, "issue_questionnaire", self.round)

    def attach(self) -> UUID:
        """A link that supports every judged unit."""
        link = NewLink("Synthetic strategy", "https://example.org/strategy", self.units)
        return attach_links(self.by(self.entity), self.entity, self.id, [link])[0]

    def answer_all(self) -> int:
        """Give every answer that is required, those that others make necessary included; how many."""
        where, evidence = self.standing(), self.attach()
        out, values = excluded(self.work, where), dict[str, Any]()
        while open_ones := missing(where.form, values, (), out):
            keys = [str(reason.about).split()[1] for reason in open_ones]
            values |= {key: value_for(where.form.asked[key], evidence) for key in keys}
        contributor = self.contributors["BRB"]
        new = [NewAnswer(key, value, None, 0) for key, value in values.items()]
        return len(give(self.by(contributor), contributor, self.id, new))

    def submit(self) -> None:
        self.answer_all()
        self.fire(self.entity, "submit_answers")

    def assign(self, *states: str) -> None:
        chosen = [self.designations[state] for state in states]
        assign(self.by(self.secretariat), self.secretariat, self.id, chosen)

    def open_review(self) -> None:
        self.assign(*ASSIGNED)
        self.fire(self.secretariat, "open_review")

    def citations(self) -> dict[str, list[Citation]]:
        """What judgements on each judged unit may cite: the newest version of each answer about it."""
        form = self.standing().form
        versions = newest(self.work, self.id, form.asked)
        return {
            unit: [
                Citation(asked.question.key, versions[asked.question.key])
                for asked in form.by_unit[unit]
                if asked.question.key in versions
            ]
            for unit in self.units
        }

    def findings(self, state: str) -> list[Judgement]:
        """A first finding of a state's voice on every judged unit."""
        text = {"en": f"What the expert of {state} found."}
        return [Judgement(unit, text, "mostly_completed", cited, 0) for unit, cited in self.citations().items()]

    def assess(self) -> None:
        for state in ASSIGNED:
            expert = self.experts[state]
            find(self.by(expert), expert, self.id, self.findings(state))
            hand_in(self.by(expert), expert, self.id)
        self.fire(self.coordinator, "open_consolidation")

    def conclusions(self) -> list[Judgement]:
        """A first conclusion on every judged unit, one with a recommendation."""
        rest = [replace(one, text={"en": f"Concluded on {one.unit}."}) for one in self.findings("CHL")]
        weak: dict[str, Any] = {"rating": "not_started", "recommendation": {"en": "Adopt a law."}}
        return [replace(one, **weak) if one.unit == WEAK else one for one in rest]

    def speak(self, state: str, dissents: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """A state's voice speaks to every conclusion as it stands: it agrees, but for these units."""
        expert, held = self.experts[state], dissents or {}
        said = [Spoken(unit, row.version, held.get(unit)) for unit, row in concluded(self.work, self.id).items()]
        speak(self.by(expert), expert, self.id, said)

    def conclude(self) -> None:
        """Everything is concluded, Chile agrees, and Jamaica dissents on one unit."""
        self.conclude_as_one()
        self.speak("JAM", {DISSENTED: {"en": "It is less."}})

    def conclude_as_one(self) -> None:
        """Everything is concluded, and Chile, which is alone, agrees."""
        conclude(self.by(self.coordinator), self.coordinator, self.id, self.conclusions())
        self.speak("CHL")

    def send_draft(self) -> None:
        self.conclude()
        self.fire(self.coordinator, "send_draft")

    def return_comments(self) -> None:
        said = [NewComment(paragraph, about, "We see this otherwise.") for paragraph, about in COMMENTED]
        comment(self.by(self.entity), self.entity, self.id, said)
        self.fire(self.entity, "return_comments")

    def responses(self) -> list[NewResponse]:
        """One accepted, one partly, one not."""
        first, second, third = (row.id for row in listed(self.work, self.id))
        return [
            NewResponse(first, "accepted", "The country is right.", changed_text=CHANGED_TEXT),
            NewResponse(second, "partly_accepted", "In part.", changed_rating=CHANGED_RATING),
            NewResponse(third, "not_accepted", "The answer does not support this."),
        ]

    def finalise(self) -> None:
        expert = self.experts["JAM"]
        respond(self.by(expert), expert, self.id, self.responses())
        self.fire(self.coordinator, "finalise")

    def session(self, days: int = 0) -> UUID:
        """A session of the Commission, so many days after `work`."""
        day, by = (self.work.now + timedelta(days=days)).date(), self.secretariat
        return record_occasion(self.by(by), by, self.round, "commission_session", "A session", day)

    def approve(self) -> None:
        self.fire(self.commission, "approve", occasion=self.session())

    def publish(self) -> None:
        self.both(self.secretariat, self.deputy, "publish")

    def both(self, first: Actor, other: Actor, trigger: str, **payload: Any) -> Waiting:
        """Two persons fire a trigger together on Barbados' evaluation."""
        asked = self.ask(first, trigger, **payload)
        return second(self.by(other), other, asked)

    def ask(self, first: Actor, trigger: str, **payload: Any) -> UUID:
        """One person asks for a move of Barbados' evaluation; the approval that waits for another."""
        seen = moving(self.work, self.id, None).version
        asked = advance(self.by(first), first, self.id, trigger, Payload(**payload), seen)
        assert isinstance(asked, UUID)
        return asked


def world(work: Work, method: Method, code: str = "round", left_out: Mapping[str, str] = LEFT_OUT) -> World:
    """A round with three states enrolled in its one cycle, and a person for each role (for each state)."""

    def acting(role: str, state: str | None = None) -> Actor:
        name = f"{role} {state or ''}".strip()
        person = add_person(work, name)
        grant_role(work, method, person, role, state)
        return Actor(person, name, (Grant(role, state, method.mechanism.mechanism),))

    def of_states(role: str, *states: str) -> dict[str, Actor]:
        return {state: acting(role, state) for state in states or STATES}

    secretariat = acting("mem_unit")
    cycle = NewCycle("evaluation", "main", "Synthetic cycle", left_out)
    round_id = open_round(work, method, code, "Synthetic round", True, [cycle])
    cycle_id = cycles(work, round_id)[0].id
    evaluations = dict(zip(STATES, enrol(work, secretariat, cycle_id, STATES), strict=True))
    return World(
        work, method, round_id, cycle_id, evaluations,
        of_states("national_coordinating_entity"), of_states("ministry_contributor"), of_states("expert"),
        of_states("coordinator", "BRB", "CHL"), secretariat, acting("mem_unit"), acting("commission"),
        acting("auditor"),
    )  # fmt: skip

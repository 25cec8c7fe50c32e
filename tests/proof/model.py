"""What ought the database to hold? A reference model in plain Python: every row and every event, as the rules say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.proof.road_as_read import (
    ASSEMBLES,
    BEGIN,
    COORDINATOR,
    DAYS,
    DECIDES,
    EDITS,
    EDITS_OF_A_ROUND,
    EVALUATES,
    EXPERT,
    JUDGED,
    KNOWS,
    LAPSES,
    MINISTRY,
    NCE,
    QUESTIONS,
    ROADS,
    UNITS,
    Way,
)  # fmt: skip

ADMINISTRATION = UUID("00000000-0000-0000-0000-00000000000a")
Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass
class Person:
    """Who acts: the token they ask with. Roles are rows."""

    id: UUID
    token_id: str
    token: str


@dataclass
class Model:
    """Rows by table and key, and events in the order in which they came (chain, type, actor, what is known of its
    data). `now` is the instant of the next step."""

    now: datetime
    rows: dict[str, dict[Key, Row]] = field(default_factory=lambda: defaultdict(dict))
    events: list[tuple[UUID, str, UUID | None, Row]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    round: UUID | None = None
    cycle: UUID | None = None
    fired: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def put(self, table: str, key: Key, /, **row: Any) -> None:
        self.rows[table][key] = row

    def of(self, table: str, /, **where: Any) -> list[tuple[Key, Row]]:
        found = self.rows[table].items()
        return [(key, row) for key, row in found if all(row[name] == value for name, value in where.items())]

    def said(self, chain: UUID, kind: str, by: UUID | None, /, **data: Any) -> None:
        self.events.append((chain, kind, by, data))

    # -- who may -------------------------------------------------------------------------------------------------

    def grants(self, person: UUID) -> list[tuple[str, str | None]]:
        return [(row["role"], row["state"]) for _, row in self.of("membership", person_id=person, ended_at=None)]

    def acted_for(self, person: UUID, state: str | None) -> bool:
        """Whether somebody held any role for a state since the round was opened."""
        opened = self.rows["round"][(self.round,)]["opened_at"]
        held = self.of("membership", person_id=person, state=state) if state is not None else []
        return any(row["ended_at"] is None or row["ended_at"] >= opened for _, row in held)

    def kept_away(self, person: UUID, state: str) -> str | None:
        """Why somebody gets no voice on a state, if there is a reason."""
        if self.acted_for(person, state):
            return "own_country"
        return "declared_conflict" if self.conflicted(person, state) else None

    def conflicted(self, person: UUID, state: str | None) -> bool:
        """Whether a conflict of somebody with a state is declared and not lifted."""
        return bool(self.of("conflict", person_id=person, state=state, lifted_at=None))

    def own(self, person: UUID, state: str | None) -> bool:
        """Whether the evaluation of a state is closed to somebody, whatever role they hold."""
        acted = any(role in EVALUATES for role, _ in self.grants(person)) and self.acted_for(person, state)
        return acted or self.conflicted(person, state)

    def holds(self, person: UUID, roles: frozenset[str], state: str | None, assigned: bool = False) -> bool:
        """Whether a role of somebody, among these, reaches an evaluation of a state."""
        return not self.own(person, state) and any(
            role in roles and self._reaches(role, of, state) and (role != EXPERT or assigned)
            for role, of in self.grants(person)
        )

    def against_round_edit(
        self, person: UUID, what: str, state: str | None = None
    ) -> tuple[str, frozenset[str] | None]:
        """The code with which an edit of the round is refused before it is looked at (empty: it is not), and the codes
        of its reasons where they are foreseen."""
        role, stages = EDITS_OF_A_ROUND[what]
        if not any(held == role and of == state for held, of in self.grants(person)):
            return "not_allowed", None
        if self.at(self._the_round())["stage"] in stages:
            return "", None
        only = len(self.grants(person)) == 1
        return "not_allowed", frozenset({"not_open"}) if only else None

    def _the_round(self) -> UUID:
        assert self.round is not None
        return self.round

    @staticmethod
    def _reaches(role: str, of: str | None, state: str | None) -> bool:
        if role in (NCE, MINISTRY):
            return of == state
        return of != state if role in (EXPERT, COORDINATOR) else True

    def assigned(self, person: UUID, evaluation: UUID) -> bool:
        return bool(self.of("assignment", evaluation_id=evaluation, person_id=person, ended_at=None))

    def owes(self, person: UUID, evaluation: UUID) -> bool:
        """Whether somebody has a voice on an evaluation and has not handed in."""
        held = {"evaluation_id": evaluation, "person_id": person, "ended_at": None, "handed_in_at": None}
        return bool(self.of("assignment", **held))

    def state(self, evaluation: UUID) -> str:
        return str(self.rows["country_evaluation"][(evaluation,)]["state"])

    def at(self, position: UUID) -> Row:
        return self.rows["position"][(position,)]

    def evaluation_of(self, position: UUID) -> UUID:
        found = self.rows["recommendation"].get((position,))
        return position if found is None else found["evaluation_id"]

    def knows(self, person: UUID, position: UUID) -> bool:
        """Whether somebody may know where something stands. Of a round, whoever holds a role."""
        here = self.at(position)
        if here["subject"] == "round":
            return bool(self.grants(person))
        evaluation = self.evaluation_of(position)
        stages = KNOWS[here["subject"]]
        roles = frozenset(role for role, seen in stages.items() if seen is None or here["stage"] in seen)
        return self.holds(person, roles, self.state(evaluation), self.assigned(person, evaluation))

    def against_edit(self, person: UUID, what: str, evaluation: UUID) -> str | None:
        """The code with which an edit is refused before it is looked at, if it is."""
        if not self.knows(person, evaluation):
            return "not_found"
        here = self.at(evaluation)
        roles = EDITS[what].get(here["stage"], frozenset())
        if not self.holds(person, roles, self.state(evaluation), self.assigned(person, evaluation)):
            return "not_allowed"
        if what in JUDGED and self.owes(person, evaluation):
            return "not_allowed"
        deadline = self.rows["deadline"].get((evaluation, here["version"]))
        if deadline is not None and deadline["lapse"] is not None and deadline["due_at"] <= self.now:
            return "deadline_passed"
        return None

    # -- what is so ----------------------------------------------------------------------------------------------

    def evaluations(self) -> list[UUID]:
        return [key[0] for key in self.rows["country_evaluation"]]

    def rated(self) -> list[str]:
        out = self.rows["cycle_exclusion"]
        return [unit for unit in UNITS if out.get((self.cycle, unit), {"reason": None})["reason"] is None]

    def newest(self, table: str, *head: Any) -> dict[Any, int]:
        """Newest versions of answers, findings or conclusions under a head, by the part of the key before it."""
        found: dict[Any, int] = {}
        for key in self.rows[table]:
            if key[: len(head)] == head:
                found[key[-2]] = max(found.get(key[-2], 0), key[-1])
        return found

    def missing(self, evaluation: UUID) -> list[str]:
        """The questions that are shown, required, and without an answer."""
        versions = self.newest("answer_version", evaluation)
        given = {key: self.rows["answer_version"][(evaluation, key, version)] for key, version in versions.items()}
        values = {key: row["value"] for key, row in given.items() if row["value"] is not None}
        return [
            key
            for key, (unit, shown, _) in QUESTIONS.items()
            if key not in given and unit in self.rated() and (shown is None or values.get(shown[0]) == shown[1])
        ]

    def voices(self, evaluation: UUID) -> dict[str, UUID]:
        """The voices that count, by state."""
        return {
            row["expert_state"]: key[0] for key, row in self.of("assignment", evaluation_id=evaluation, ended_at=None)
        }

    def unspoken(self, evaluation: UUID) -> list[tuple[str, str]]:
        concluded = self.newest("conclusion_version", evaluation)
        return [
            (unit, state)
            for unit in self.rated()
            for state, voice in self.voices(evaluation).items()
            if unit in concluded and (voice, unit, concluded[unit]) not in self.rows["stance"]
        ]

    def open_comments(self, evaluation: UUID) -> list[UUID]:
        return [key[0] for key, _ in self.of("comment", evaluation_id=evaluation) if key not in self.rows["response"]]

    def due(self) -> list[UUID]:
        """Where a lapse is due, oldest first."""
        found = [
            (row["due_at"], key[0])
            for key, row in self.rows["deadline"].items()
            if row["lapse"] and row["due_at"] <= self.now and self.at(key[0])["version"] == key[1]
        ]
        return [position for _, position in sorted(found)]

    def ways(self, position: UUID) -> Mapping[str, Way]:
        here = self.at(position)
        return {trigger: way for (stage, trigger), way in ROADS[here["subject"]].items() if stage == here["stage"]}

    # -- what follows --------------------------------------------------------------------------------------------

    def place(self, position: UUID, subject: str) -> None:
        row = {"subject": subject, "workflow": subject, "stage": BEGIN[subject], "version": 1, "entered_at": self.now}
        self.put("position", (position,), **row)

    def move(
        self,
        position: UUID,
        trigger: str,
        by: UUID | None,
        reason: str | None = None,
        occasion: UUID | None = None,
        approval: UUID | None = None,
    ) -> None:
        """A move with all that follows from it, but for the recommendations, whose ids the database gives."""
        here, way = self.at(position), self.ways(position)[trigger]
        before, version = here["stage"], here["version"] + 1
        self.fired[f"{here['subject']}: {before} {trigger}"] += 1
        here.update(stage=way.to, version=version, entered_at=self.now)
        move = {"from_stage": before, "trigger": trigger, "to_stage": way.to, "by": by, "at": self.now}
        move["approval_id"] = approval
        self.put("stage_move", (position, version), **move)
        if way.to in DAYS:
            due = self.now + timedelta(days=DAYS[way.to])
            self.put("deadline", (position, version), stage=way.to, due_at=due, lapse=LAPSES.get(way.to))
        chain = self.evaluation_of(position)
        told = {"position": str(position), "trigger": trigger, "from": before, "to": way.to, "version": version}
        if approval is not None:
            told["asked_by"] = str(self.rows["approval"][(approval,)]["asked_by"])
        self.said(chain, "stage_moved", by, **told, reason=reason, occasion=None if occasion is None else str(occasion))
        for effect in self._effects(position, trigger, by, version, reason, occasion):
            effect()

    def _effects(
        self, position: UUID, trigger: str, by: UUID | None, version: int, reason: str | None, occasion: UUID | None
    ) -> Iterator[Any]:
        if trigger == "issue_questionnaire":
            waiting = sorted(one for one in self.evaluations() if self.at(one)["stage"] == "enrolled")
            yield from (lambda one=one: self.move(one, "issue", by, reason) for one in waiting)
        if trigger == "submit_answers":
            many = len(self.newest("answer_version", position))
            self.put("submission", (position, version), answers=many, by=by, at=self.now)
            self.said(position, "answers_submitted", by, answers=many)
        if trigger == "return_to_review":
            voices = self.of("assignment", evaluation_id=position, ended_at=None)
            for _, row in voices:
                row["handed_in_at"] = None
            self.said(position, "assessments_reopened", by, voices=sorted(row["expert_state"] for _, row in voices))
        if trigger in ASSEMBLES:
            number = 1 + len(self.of("report_version", evaluation_id=position))
            self.put("report_version", (position, number), evaluation_id=position, by=by, at=self.now)
            self.said(position, "report_assembled", by, version=number, cause=trigger)
        if trigger in DECIDES:
            told = {"trigger": trigger, "reason": reason}
            self.put("decision", (position, version), occasion_id=occasion, at=self.now, **told)
            self.said(position, "decision_recorded", by, occasion=str(occasion), **told)
        if trigger == "publish":
            number = len(self.of("report_version", evaluation_id=position))
            self.put("publication", (position,), version=number, at=self.now)
            self.said(position, "report_published", by, version=number)

    def recommended(self, evaluation: UUID) -> list[str]:
        """The units on which a published report recommends something, in order."""
        newest = self.newest("conclusion_version", evaluation)
        concluded = self.rows["conclusion_version"]
        return [
            unit for unit in self.rated() if concluded[(evaluation, unit, newest[unit])]["recommendation"] is not None
        ]

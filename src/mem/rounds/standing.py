"""Where would the act take place? The facts of a round or an evaluation that the policy decides upon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, bindparam, exists, select

from mem.core.errors import Conflict as Contradiction
from mem.core.errors import NotAllowed, NotFound, Reason
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.methods.service import pinned
from mem.people.actions import ACTIONS
from mem.people.policy import Actor, Allow, Place, decide
from mem.plans.definition import Tree, Unit, tree_of
from mem.questionnaires.definition import Form, form_of
from mem.rounds.models import Assignment, CountryEvaluation, Cycle, CycleExclusion, Deadline, Round
from mem.rounds.opened import Opened, opened, something_opened
from mem.rounds.suspended import since
from mem.rounds.walls import acted_for, conflicted
from mem.workflow.definition import CycleKind, Scale, Stage, Workflow

_HELD = select(Position.id).where(Position.id == bindparam("position")).with_for_update()
_SETTINGS = (
    select(CycleExclusion.unit, CycleExclusion.reason)
    .where(CycleExclusion.cycle_id == bindparam("cycle"))
    .order_by(CycleExclusion.unit)
)
_PERSON: BindParameter[UUID] = bindparam("person", type_=Uuid())  # a column's own is not known before `person`'s
_STANDING = (
    select(
        CountryEvaluation.state,
        CountryEvaluation.round_id,
        Round.code.label("round_code"),
        Round.title.label("round_title"),
        Round.synthetic,
        Cycle.id.label("cycle_id"),
        Cycle.code.label("cycle_code"),
        Cycle.title.label("cycle_title"),
        Cycle.kind,
        Position.method,
        Position.workflow,
        Position.stage,
        Position.version,
        Position.entered_at,
        Deadline.due_at,
        Deadline.lapse,
        exists()
        .where(
            Assignment.evaluation_id == CountryEvaluation.id,
            Assignment.person_id == _PERSON,
            Assignment.ended_at.is_(None),
        )
        .label("assigned"),
        exists()
        .where(
            Assignment.evaluation_id == CountryEvaluation.id,
            Assignment.person_id == _PERSON,
            Assignment.ended_at.is_(None),
            Assignment.handed_in_at.is_(None),
        )
        .label("owes"),
        since(CountryEvaluation.id).label("suspended"),
        since(Round.id).label("round_suspended"),
        select(StageMove.from_stage)
        .where(StageMove.position_id == Position.id, StageMove.seq == Position.version)
        .scalar_subquery()
        .label("before"),
        something_opened().label("something_opened"),
        acted_for(_PERSON).label("acted_for"),
        conflicted(_PERSON).label("conflicted"),
    )
    .join(Cycle, Cycle.id == CountryEvaluation.cycle_id)
    .join(Round, Round.id == CountryEvaluation.round_id)
    .join(Position, Position.id == CountryEvaluation.id)
    .outerjoin(Deadline, (Deadline.position_id == Position.id) & (Deadline.version == Position.version))
    .where(CountryEvaluation.id == bindparam("evaluation"))
)


@dataclass(frozen=True)
class RoundStanding:
    """A round, where it stands, and by which method."""

    id: UUID
    code: str
    title: str
    synthetic: bool
    method: Method
    workflow: Workflow
    stage: str
    version: int
    suspended: datetime | None

    def place(self, state: str | None = None) -> Place:
        return Place(
            self.method.roles,
            state,
            sees=self.workflow.sees(self.stage),
            edits=self.workflow.edits(self.stage),
            mechanism=self.method.mechanism.mechanism,
            suspended=self.suspended,
        )


@dataclass(frozen=True)
class Standing:
    """A country evaluation, where it stands, and by which method. `assigned` speaks of the actor it was read for;
    `before` is the stage that was left last (None: it has not moved)."""

    id: UUID
    state: str
    round_id: UUID
    round_code: str
    round_title: str
    cycle_id: UUID
    cycle_code: str
    cycle_title: str
    kind: str
    synthetic: bool
    method: Method
    workflow: Workflow
    stage: str
    version: int
    entered_at: datetime
    closes_at: datetime | None  # when the stage lapses, if it does
    assigned: bool
    owes: bool
    conflicted: bool
    acted_for: bool
    suspended: datetime | None
    round_suspended: datetime | None
    before: str | None
    openings: tuple[Opened, ...]

    @property
    def place(self) -> Place:
        return Place(
            self.method.roles,
            self.state,
            sees=self.workflow.sees(self.stage, self.before),
            edits=self.workflow.edits(self.stage),
            assigned=self.assigned,
            owes=self.owes,
            conflicted=self.conflicted,
            acted_for=self.acted_for,
            mechanism=self.method.mechanism.mechanism,
            suspended=self.round_suspended or self.suspended,
            opened=frozenset(one for opening in self.openings for one in opening.artefacts),
        )

    @property
    def here(self) -> Stage:
        return self.workflow.stages[self.stage]

    @property
    def cycle(self) -> CycleKind:
        return self.method.mechanism.cycles[self.kind]

    @property
    def tree(self) -> Tree:
        return tree_of(self.method, self.cycle.plan)

    @property
    def form(self) -> Form:
        return form_of(self.method, self.cycle.questionnaire)

    @property
    def scale(self) -> Scale:
        return self.method.scale(self.cycle.scale)


def round_standing(work: Work, round_id: UUID) -> RoundStanding:
    """Read a round. Raises `NotFound`."""
    found = work.db.execute(
        select(
            Round.code,
            Round.title,
            Round.synthetic,
            Position.method,
            Position.workflow,
            Position.stage,
            Position.version,
            since(Round.id).label("suspended"),
        )
        .join(Position, Position.id == Round.id)
        .where(Round.id == round_id)
    ).first()
    if found is None:
        raise NotFound
    method = pinned(work, found.method)
    return RoundStanding(
        round_id, found.code, found.title, found.synthetic, method,
        method.workflows[found.workflow], found.stage, found.version, found.suspended,
    )  # fmt: skip


def standing(work: Work, evaluation_id: UUID, actor: Actor | None) -> Standing:
    """Read an evaluation as it stands for an actor, in one query (a second where something is opened). Raises
    `NotFound`."""
    person = actor.person_id if actor is not None else None
    found = work.db.execute(_STANDING, {"evaluation": evaluation_id, "person": person, "now": work.now}).first()
    if found is None:
        raise NotFound
    method = pinned(work, found.method)
    ended = method.workflows[found.workflow].stages[found.stage].final
    openings = opened(work, evaluation_id) if found.something_opened and not ended else ()
    return Standing(
        evaluation_id, found.state, found.round_id, found.round_code, found.round_title,
        found.cycle_id, found.cycle_code, found.cycle_title, found.kind, found.synthetic,
        method, method.workflows[found.workflow], found.stage, found.version, found.entered_at,
        found.due_at if found.lapse is not None else None, found.assigned,
        found.owes, found.conflicted, found.acted_for,
        found.suspended, found.round_suspended, found.before, openings,
    )  # fmt: skip


def permit(work: Work, actor: Actor | None, action: str, place: Place) -> Allow:
    """Let the policy decide. Raises `NotAllowed` with every reason."""
    decision = decide(actor, ACTIONS[action], place)
    if isinstance(decision, Allow):
        work.decided.add(action)
        return decision
    raise NotAllowed("not_allowed", "You may not do this here.", decision.reasons)


def permitted(work: Work, actor: Actor | None, action: str, evaluation_id: UUID) -> Standing:
    """The evaluation, when the actor may do this to it. Who may not even know of it is told that it is not there. Who
    edits holds the stage: before the edit is stored it does not move on, and nobody else edits."""
    if ACTIONS[action].edits is not None:
        work.db.execute(_HELD, {"position": evaluation_id})
    found = standing(work, evaluation_id, actor)
    if not may(actor, "evaluation.read", found.place):
        raise NotFound
    permit(work, actor, action, found.place)
    if ACTIONS[action].edits is not None and found.closes_at is not None and found.closes_at <= work.now:
        reason = Reason("deadline_passed", "The time for this has passed.")
        raise Contradiction("deadline_passed", reason.message, [reason])
    return found


def round_permitted(work: Work, actor: Actor, action: str, round_id: UUID, state: str | None = None) -> RoundStanding:
    """The round, when the actor may do this to it in the stage that it is in, which they hold: before what
    they do is stored it does not move on, and nobody else edits. Raises `NotFound`, `NotAllowed`."""
    work.db.execute(_HELD, {"position": round_id})
    where = round_standing(work, round_id)
    permit(work, actor, action, where.place(state))
    return where


def may(actor: Actor | None, action: str, place: Place) -> bool:
    """Whether the policy allows it."""
    return isinstance(decide(actor, ACTIONS[action], place), Allow)


def only_opened(actor: Actor, action: str, found: Standing) -> tuple[Opened, ...] | None:
    """What limits an edit that the actor may make: None where the stage itself lets it, else all that is opened."""
    by_stage = replace(found.place, opened=frozenset())
    return None if not found.openings or may(actor, action, by_stage) else found.openings


def excluded(work: Work, found: Standing) -> dict[str, str]:
    """Every unit the cycle leaves out, itself or by a parent, with the reason."""
    return found.tree.left_out(settings(work, found.cycle_id))


def settings(work: Work, cycle_id: UUID) -> dict[str, str | None]:
    """What a cycle says of single units: why each is left out, or None where it is evaluated."""
    return {unit: reason for unit, reason in work.db.execute(_SETTINGS, {"cycle": cycle_id})}


def rated_units(work: Work, found: Standing) -> list[Unit]:
    """The units that are judged in this evaluation: those of the rated level that the cycle does not leave out."""
    out = excluded(work, found)
    return [unit for unit in found.tree.at(found.cycle.rated) if unit.code not in out]

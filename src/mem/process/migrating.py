"""What stands against moving a running round to another method, and how is it moved? An explicit act, in one
transaction, with the method pinned, everything in the round moved to it, and an event on each chain that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update

from mem.answers.models import AnswerVersion
from mem.assessments.models import ConclusionVersion, FindingVersion
from mem.core.clock import iso
from mem.core.errors import Reason, Refused
from mem.core.work import Work
from mem.evidence.models import Evidence, EvidenceUnit
from mem.ledger.service import record
from mem.methods.method import Method
from mem.methods.service import lock, pin, repin
from mem.people.policy import Actor
from mem.plans.definition import tree_of
from mem.process.running import Running, Stages, running
from mem.questionnaires.definition import form_of
from mem.recommendations.models import Recommendation
from mem.reports.definition import report_of
from mem.reports.models import Comment, ReportVersion, Response
from mem.rounds.deadlines import put
from mem.rounds.models import CountryEvaluation, CycleExclusion, Designation, Occasion, Round
from mem.rounds.reckoning import Entry
from mem.rounds.service import cycles
from mem.rounds.standing import permit, round_standing
from mem.workflow.definition import CycleKind

REASON = Reason("reason_needed", "This needs a reason.")


def against(
    work: Work, round_id: UUID, old: Method, new: Method, stages: Stages, standing: Sequence[Running]
) -> list[Reason]:
    """Every reason why a round cannot move to a method: it is another mechanism's or the one it has; a place is gone
    and nothing takes it; something that is in use is gone."""
    found = []
    if old.mechanism.mechanism != new.mechanism.mechanism:
        found.append(Reason("other_mechanism", "The method is one of another mechanism."))
    if old == new:
        found.append(Reason("same_method", "The round runs by this method already."))
    found += [reason for one in standing for reason in _misfit(one, old, new)]
    taken = {one.stage for one in standing if one.to != one.stage}
    found += [
        Reason("nothing_moved", "Nothing stands in this stage, or it is not gone.", about=stage)
        for stage in stages
        if stage not in taken
    ]
    return [*found, *_gone(work, round_id, old, new)]


def migrate(work: Work, actor: Actor, round_id: UUID, new: Method, stages: Stages, reason: str) -> list[Running]:
    """Move a round to a method; what it meant for each thing that stood in it. Raises `NotFound`, `NotAllowed` for
    whoever may not open rounds, `Refused` with every reason."""
    lock(work, round_id)
    where = round_standing(work, round_id)
    permit(work, actor, "round.open", where.place())
    old = where.method
    for one in running(work, round_id, old, new, stages)[1:]:
        lock(work, one.position)
    standing = running(work, round_id, old, new, stages)
    reasons = [*([] if reason.strip() else [REASON]), *against(work, round_id, old, new, stages, standing)]
    if reasons:
        raise Refused("not_migrated", "The round cannot move to this method.", reasons)
    pin(work, new)
    for one in standing:
        _move(work, round_id, one, old, new, reason)
    work.db.execute(update(Round).where(Round.id == round_id).values(method=new.digest))
    return standing


def _move(work: Work, round_id: UUID, one: Running, old: Method, new: Method, reason: str) -> None:
    version = repin(work, one.position, old, new, one.workflow, (one.stage, one.version), one.to, reason)
    entry = Entry(one.position, round_id, new, new.workflows[one.workflow], one.to, version, work.now)
    if entry.deadline is not None and (one.new_due_at is not None or entry.deadline.anchor is not None):
        put(work, entry, one.new_due_at, one.chain, one.by_hand)
    data = {
        "position": str(one.position),
        "workflow": one.workflow,
        "from": one.stage,
        "to": one.to,
        "version": version,
        "before": old.digest,
        "after": new.digest,
        "reason": reason,
        "due_at": None if one.new_due_at is None else iso(one.new_due_at),
        "changes": [asdict(change) for change in one.changes],
    }
    record(work, one.chain, "method_changed", data)


def _misfit(one: Running, old: Method, new: Method) -> Iterator[Reason]:
    if one.workflow not in new.workflows:
        yield Reason("workflow_gone", f"There is no road '{one.workflow}' any more.", about=one.name)
    elif not one.fits and one.to == one.stage:
        message = f"There is no stage '{one.stage}' any more, and none takes its place."
        yield Reason("stage_gone", message, about=one.name)
    elif not one.fits:
        yield Reason("unknown_stage", f"There is no stage '{one.to}' to take the place.", about=one.name)
    elif old.workflows[one.workflow].stages[one.stage].public != new.workflows[one.workflow].stages[one.to].public:
        yield Reason("public_otherwise", "What is public there is not public here, or not yet.", about=one.name)


def _gone(work: Work, round_id: UUID, old: Method, new: Method) -> Iterator[Reason]:
    """What the round uses, and the method does not have."""
    states = [member.code for member in new.members.members]
    for what, query, known in (
        ("occasion", select(Occasion.kind).where(Occasion.round_id == round_id), new.mechanism.occasions),
        ("rank", select(Designation.rank).where(Designation.round_id == round_id), new.mechanism.ranks),
        ("state", select(CountryEvaluation.state).where(CountryEvaluation.round_id == round_id), states),
    ):
        yield from _missing(work, what, query, known)
    for cycle in cycles(work, round_id):
        kind = new.mechanism.cycles.get(cycle.kind)
        if kind is None:
            yield Reason("cycle_gone", "There is no such kind of cycle any more.", about=cycle.kind)
            continue
        yield from _of_cycle(work, cycle.id, old, old.mechanism.cycles[cycle.kind], new, kind)


def _of_cycle(
    work: Work, cycle_id: UUID, old: Method, was: CycleKind, new: Method, kind: CycleKind
) -> Iterator[Reason]:
    own = select(CountryEvaluation.id).where(CountryEvaluation.cycle_id == cycle_id)

    def of(table: Any, column: Any) -> Select[Any]:
        return select(column).where(table.evaluation_id.in_(own))

    comments = select(Comment.id).where(Comment.evaluation_id.in_(own))
    attached = select(Evidence.id).where(Evidence.evaluation_id.in_(own))
    form, scale = form_of(new, kind.questionnaire), new.scale(kind.scale)
    codes = [value.code for value in scale.values]
    units = select(CycleExclusion.unit).where(CycleExclusion.cycle_id == cycle_id).union(
        select(EvidenceUnit.unit).where(EvidenceUnit.evidence_id.in_(attached)),
        *(of(table, table.unit) for table in (FindingVersion, ConclusionVersion, Recommendation)),
    )  # fmt: skip
    ratings = select(Response.changed_rating).where(
        Response.comment_id.in_(comments), Response.changed_rating.is_not(None)
    ).union(*(of(table, table.rating) for table in (FindingVersion, ConclusionVersion)))  # fmt: skip
    yield from _missing(work, "unit", units, tree_of(new, kind.plan).units)
    yield from _missing(work, "rating", ratings, codes)
    yield from _missing(work, "question", of(AnswerVersion, AnswerVersion.question), form.asked)
    yield from _missing(work, "document", of(ReportVersion, ReportVersion.document), report_of(new).documents)
    before = form_of(old, was.questionnaire)
    for key in _distinct(work, of(AnswerVersion, AnswerVersion.question)):
        if key in form.asked and form.asked[key].question.type != before.asked[key].question.type:
            yield Reason("question_otherwise", "This question was answered, and takes other answers now.", about=key)


def _missing(work: Work, what: str, query: Any, known: Collection[str]) -> Iterator[Reason]:
    for one in _distinct(work, query):
        if one not in known:
            yield Reason(f"{what}_gone", f"This {what} is in use, and the method does not have it.", about=one)


def _distinct(work: Work, query: Any) -> list[str]:
    return sorted(set(work.db.execute(query).scalars()))

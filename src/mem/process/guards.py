"""Is a transition's condition met? One function a guard: facts in, every blocker out. Pure.

A guard is a statement; its docstring is the rule. Which transition asks it is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mem.answers.rules import missing
from mem.core.errors import Reason
from mem.process.facts import EvaluationFacts, Facts, RoundFacts
from mem.workflow.vocabulary import Walk

ROUND, EVALUATION, RECOMMENDATION = "round", "country_evaluation", "recommendation"


class Params(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InStages(Params):
    workflow: str
    stages: list[str] = Field(min_length=1)


class AtLeast(Params):
    at_least: int = Field(ge=1)


class OccasionKind(Params):
    kind: str


@dataclass(frozen=True)
class Guard:
    """A guard as data names it: its function, parameters, the subjects it can look at, the facts it asks for, the
    subject that its parameter `workflow` must move, and what must come with the trigger. `tells` names the artefact
    that its reasons are part of: whoever neither sees that nor may fire the transition is not told them. `walk`: what
    it means to a walk without a database."""

    judge: Callable[[Any, Any], Iterator[Reason]]
    params: type[BaseModel]
    subjects: frozenset[str]
    asks: frozenset[str] = frozenset()
    about: str | None = None
    needs: frozenset[str] = frozenset()
    tells: str | None = None
    walk: Walk = Walk.FREE


def states_are_enrolled(facts: RoundFacts, params: Params) -> Iterator[Reason]:
    """At least one state is enrolled."""
    if not facts.seats:
        yield Reason("no_state_enrolled", "No state is enrolled yet.")


def some_unit_is_evaluated(facts: RoundFacts, params: Params) -> Iterator[Reason]:
    """The cycles leave at least one unit to be judged."""
    if facts.judged_units == 0:
        yield Reason("nothing_evaluated", "Every unit of the plan is left out.")


def every_participant_designated_an_expert(facts: RoundFacts, params: Params) -> Iterator[Reason]:
    """Each state whose evaluation is on its road has named at least one expert."""
    for seat in facts.seats:
        road = facts.method.workflows[seat.workflow]
        if not road.stages[seat.stage].final and seat.state not in facts.designated:
            yield Reason("no_expert_designated", "This state has not designated an expert.", about=seat.state)


def every_evaluation_is_in(facts: RoundFacts, params: InStages) -> Iterator[Reason]:
    """Every evaluation stands in one of the named stages."""
    for seat in facts.seats:
        if seat.workflow == params.workflow and seat.stage not in params.stages:
            yield Reason("evaluation_not_there", f"This evaluation stands in '{seat.stage}'.", about=seat.state)


def round_is_in(facts: EvaluationFacts, params: InStages) -> Iterator[Reason]:
    """The round stands in one of the named stages."""
    workflow, stage = facts.round
    if workflow == params.workflow and stage not in params.stages:
        yield Reason("round_not_there", f"The round stands in '{stage}'.")


def every_required_answer_given(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each required question that is shown has a value, or a reason why it does not apply."""
    given = facts.answered
    yield from missing(given.form, given.values, given.not_applicable, given.left_out)


def paper_replies_are_confirmed(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each answer that was given on behalf of the country is confirmed by it, or replaced by one of its own."""
    for question in sorted(facts.answered.unconfirmed):
        yield Reason("answer_unconfirmed", "The country has not confirmed this answer.", about=question)


def nothing_is_opened(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Nothing is opened again to the country."""
    if facts.openings:
        yield Reason("still_opened", "Something is still opened to the country.")


def assessors_are_assigned(facts: EvaluationFacts, params: AtLeast) -> Iterator[Reason]:
    """Experts of at least so many other states are assigned."""
    if len(facts.voices) < params.at_least:
        message = f"{len(facts.voices)} of at least {params.at_least} experts are assigned."
        yield Reason("too_few_experts", message)


def every_assessment_is_handed_in(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each assigned voice has handed in its assessment; until then none sees another's."""
    for state, handed_in in sorted(facts.voices.items()):
        if not handed_in:
            yield Reason("assessment_missing", "The expert of this state has not handed in.", about=state)


def every_unit_is_concluded(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each judged unit has a conclusion."""
    for unit in facts.rated:
        if unit not in facts.concluded:
            yield Reason("conclusion_missing", "There is no conclusion on this unit.", about=unit)


def every_voice_has_spoken(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each voice has said to each conclusion as it is now that it agrees, or what it holds against it."""
    for unit in facts.rated:
        for state in sorted(facts.voices):
            if unit in facts.concluded and state not in facts.stances.get(unit, ()):
                yield Reason("voice_missing", f"The voice of {state} has not spoken to this conclusion.", about=unit)


def every_comment_is_answered(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """Each comment of the country has its answer."""
    for number in facts.open_comments:
        yield Reason("comment_open", "This comment is not answered.", about=f"comment {number}")


def occasion_was_held(facts: Facts, params: OccasionKind) -> Iterator[Reason]:
    """The decision names an occasion of this kind, of this round, whose date has come, that was not over before this
    came to where it stands, and that has not decided on this already."""
    if facts.payload.occasion is None:
        return  # that one must be named is the transition's `needs`
    held = facts.occasions.get(facts.payload.occasion)
    if held is None or held.kind != params.kind:
        yield Reason("unknown_occasion", "The round has no such occasion of this kind.", "/occasion")
    elif held.held_on > facts.today:
        yield Reason("occasion_ahead", "The occasion has not been held yet.", "/occasion")
    elif held.held_on < facts.since:
        yield Reason("occasion_before", "The occasion was held before this came to it.", "/occasion")
    if facts.payload.occasion in facts.spent:
        yield Reason("occasion_spent", "The occasion has decided on this already.", "/occasion")


def report_was_approved(facts: EvaluationFacts, params: Params) -> Iterator[Reason]:
    """An occasion has decided on this evaluation since its report was last assembled."""
    if not facts.decided:
        yield Reason("not_approved", "No occasion has decided on this report.")


def _guards(*guards: Guard) -> dict[str, Guard]:
    return {guard.judge.__name__: guard for guard in guards}


Judge = Callable[[Any, Any], Iterator[Reason]]


def _on_round(judge: Judge, params: type[BaseModel], *asks: str, **more: Any) -> Guard:
    return Guard(judge, params, frozenset({ROUND}), frozenset(asks), **more)


def _on_evaluation(judge: Judge, params: type[BaseModel], *asks: str, **more: Any) -> Guard:
    return Guard(judge, params, frozenset({EVALUATION}), frozenset(asks), **more)


GUARDS = _guards(
    _on_round(states_are_enrolled, Params, "seats", tells="progress"),
    _on_round(some_unit_is_evaluated, Params, "judged_units"),
    _on_round(every_participant_designated_an_expert, Params, "seats", "designated", tells="progress"),
    _on_round(
        every_evaluation_is_in, InStages, "seats", about=EVALUATION, tells="progress", walk=Walk.EVALUATIONS_STAND
    ),
    _on_evaluation(round_is_in, InStages, "round", about=ROUND, walk=Walk.ROUND_STANDS),
    _on_evaluation(every_required_answer_given, Params, "answered", tells="answers"),
    _on_evaluation(paper_replies_are_confirmed, Params, "answered", tells="answers"),
    _on_evaluation(nothing_is_opened, Params, "openings", tells="answers"),
    _on_evaluation(assessors_are_assigned, AtLeast, "voices", tells="assignments"),
    _on_evaluation(every_assessment_is_handed_in, Params, "voices", tells="assignments"),
    _on_evaluation(every_unit_is_concluded, Params, "rated", "concluded", tells="conclusions"),
    _on_evaluation(every_voice_has_spoken, Params, "rated", "voices", "concluded", "stances", tells="conclusions"),
    _on_evaluation(every_comment_is_answered, Params, "open_comments", tells="responses"),
    _on_evaluation(report_was_approved, Params, "decided"),
    Guard(
        occasion_was_held,
        OccasionKind,
        frozenset({ROUND, EVALUATION, RECOMMENDATION}),
        frozenset({"occasions", "spent", "since"}),
        needs=frozenset({"occasion"}),
    ),
)

"""Which step is tried next? Half of them bring something on along its road, the others are anything at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.proof import steps_of_rounds as rounds
from tests.proof.road_as_read import COMMISSION, COORDINATOR, NCE, ROADS, STATES, UNIT
from tests.proof.steps import Play, Step, firing, step, waits
from tests.proof.steps_of_evaluations import (
    assign_one,
    attach_one,
    comment_one,
    end_voice,
    give_some,
    pass_on,
    respond_one,
)
from tests.proof.steps_of_judging import conclude_some, find_some, hand_in_one, speak_one
from tests.proof.steps_of_two import ask_to_lift_one, declare_one, second_one, withdraw_one

from mem.core.work import Work
from mem.people.policy import Actor
from mem.process.advance import lapse
from mem.process.deadlines import due

LONGEST = timedelta(days=250)
ANYTHING: tuple[Callable[[Play], Step], ...] = (
    rounds.open_one, rounds.set_one, rounds.enrol_one, rounds.designate_one, rounds.hold_session, rounds.grant_one,
    rounds.end_one, rounds.issue_one, rounds.revoke_one, rounds.ask_with, rounds.with_a_key,
    second_one, second_one, withdraw_one, declare_one, ask_to_lift_one,
)  # fmt: skip
EDITING: tuple[Callable[[Play, UUID], Step], ...] = (
    give_some, attach_one, assign_one, pass_on, end_voice, find_some, hand_in_one, conclude_some, speak_one,
    comment_one, respond_one,
)  # fmt: skip
FITTING: dict[str, tuple[Callable[[Play, UUID], Step], ...]] = {
    "answering": (give_some, attach_one),
    "compilation": (assign_one, pass_on, end_voice),
    "review": (find_some, find_some, hand_in_one, assign_one, pass_on, end_voice),
    "consolidation": (conclude_some, speak_one, speak_one, assign_one, pass_on),
    "country_comment": (comment_one,),
    "revision": (respond_one, respond_one, pass_on, end_voice),
}


def a_step(play: Play) -> Step:
    model = play.model
    if model.round is None:
        return rounds.open_one(play)
    lot = play.chance.random()
    if lot < 0.5:
        return onwards(play)
    if lot < 0.6:
        return _any_trigger(play)
    if lot < 0.63:
        return tick(play)
    if lot < 0.85 and model.evaluations():
        one = play.evaluation()
        fitting = FITTING.get(model.at(one)["stage"], EDITING) if play.chance.random() < 0.7 else EDITING
        return play.chance.choice(fitting)(play, one)
    return play.chance.choice(ANYTHING)(play)


def _any_trigger(play: Play) -> Step:
    """Any trigger of a road, by anybody, often with something missing."""
    model, chance = play.model, play.chance
    ((position,), here) = chance.choice([*model.rows["position"].items()])
    triggers = [trigger for stage, trigger in ROADS[here["subject"]] if stage == here["stage"]]
    trigger = play.often(chance.choice(triggers or ["nothing"]), chance.choice([t for _, t in ROADS[here["subject"]]]))
    sessions = [key[0] for key in model.rows["occasion"]]
    occasion = play.often(chance.choice(sessions or [None]), chance.choice((None, position)))
    who = play.someone(*(model.ways(position)[trigger].by if trigger in model.ways(position) else (UNIT,)))
    return firing(
        play, play.often(who, play.anybody()), position, trigger, play.often("Because.", None, 0.7), occasion,
        behind=play.often(0, 1, 0.9),
    )  # fmt: skip


def tick(play: Play, days: int | None = None) -> Step:
    """Some days pass; at times what has lapsed by then is fired, each once, by nobody, at times that has to wait."""
    model = play.model
    until = model.now + timedelta(days=play.chance.choice((0, 0, 1, 3, 22)) if days is None else days)
    if until < model.rows["round"][(model.round,)]["opened_at"] + LONGEST:
        model.now = until
    if play.chance.random() < 0.5:
        return step("time passes", None, lambda work, actor: None, None, lambda _: None)
    waiting = model.due()

    def act(work: Work, actor: Actor) -> Any:
        found = due(work)
        moved = [lapse(work, one.position_id, one.trigger, one.version) for one in found]
        again = [lapse(work, one.position_id, one.trigger, one.version) for one in found]
        assert [one.position_id for one in found] == waiting
        assert all(moved)
        assert not any(again), "a lapse was fired twice"

    def then(_: Any) -> None:
        for position in waiting:
            deadline = model.rows["deadline"][(position, model.at(position)["version"])]
            model.move(position, deadline["lapse"], None, "deadline passed")

    return step("tick", None, act, None, then)


def onwards(play: Play) -> Step:
    """What brings the round, an evaluation or a recommendation on."""
    model, chance = play.model, play.chance
    assert model.round is not None
    stage = model.at(model.round)["stage"]
    named = {row["state"] for row in model.rows["designation"].values()}
    unit = play.someone(UNIT)
    if stage == "preparation":
        if len(model.evaluations()) < 2:
            return rounds.enrol_one(play)
        if chance.random() < (0.5 if model.rated() else 0.4):
            return firing(play, unit, model.round, "call_for_experts")
        return rounds.set_one(play, out=bool(model.rated()))
    if stage == "designation":
        for state in STATES:
            if state not in named:
                return rounds.designate_one(play, state)
        return firing(play, unit, model.round, "issue_questionnaire")
    going = [one for one in model.evaluations() if model.ways(one)]
    if going and (stage != "evaluation" or chance.random() < 0.97):
        return evaluation_onwards(play, going[0] if chance.random() < 0.8 else chance.choice(going))
    recommended = [key[0] for key, row in model.rows["position"].items() if row["subject"] == "recommendation"]
    if recommended and chance.random() < 0.7:
        return recommendation_onwards(play, chance.choice(recommended))
    return firing(play, unit, model.round, "begin_follow_up" if stage == "evaluation" else "close")


def evaluation_onwards(play: Play, one: UUID) -> Step:
    if play.chance.random() < 0.9:
        return BY_STAGE[play.model.at(one)["stage"]](play, one)
    trigger, way = play.chance.choice([*play.model.ways(one).items()])  # whether or not it is time for it
    state = play.model.state(one)
    able = [each for each in play.model.people if play.model.holds(each.id, way.by, state)]
    return firing(play, play.chance.choice(able or play.model.people), one, trigger, occasion=_session(play, one))


def _enrolled(play: Play, one: UUID) -> Step:
    return firing(play, play.someone(UNIT), one, "issue")


def _answering(play: Play, one: UUID) -> Step:
    if play.model.missing(one):
        return give_some(play, one, everything=True)
    return firing(play, play.someone(NCE, state=play.model.state(one)), one, "submit_answers")


def _voices(play: Play, one: UUID) -> Step | None:
    """Another voice, while there are fewer than two."""
    model, state = play.model, play.model.state(one)
    voices = model.voices(one)
    fits = [
        key[0]
        for key, row in model.rows["designation"].items()
        if row["state"] not in (state, *voices) and not model.kept_away(row["person_id"], state)
    ]
    return assign_one(play, one, play.chance.choice(fits)) if len(voices) < 2 and fits else None


def _compilation(play: Play, one: UUID) -> Step:
    return _voices(play, one) or firing(play, play.someone(UNIT), one, "open_review")


def _review(play: Play, one: UUID) -> Step:
    model = play.model
    for voice in model.voices(one).values():
        row = model.rows["assignment"][(voice,)]
        who = next(each for each in model.people if each.id == row["person_id"])
        if row["handed_in_at"] is None and model.own(who.id, model.state(one)):
            return end_voice(play, one, voice)
        if row["handed_in_at"] is None:
            able = set(model.rated()) <= set(model.newest("finding_version", voice))
            return (hand_in_one if able else find_some)(play, one, who)
    return _voices(play, one) or firing(play, _coordinator(play, one), one, "open_consolidation")


def _consolidation(play: Play, one: UUID) -> Step:
    model = play.model
    if len(model.voices(one)) < 2 or not all(
        model.rows["assignment"][(voice,)]["handed_in_at"] for voice in model.voices(one).values()
    ):
        return firing(play, _coordinator(play, one), one, "return_to_review")
    if not set(model.rated()) <= set(model.newest("conclusion_version", one)):
        return conclude_some(play, one, forced=True)
    for _, state in model.unspoken(one):
        row = model.rows["assignment"][(model.voices(one)[state],)]
        if model.own(row["person_id"], model.state(one)):
            return end_voice(play, one, model.voices(one)[state])
        return speak_one(play, one, next(each for each in model.people if each.id == row["person_id"]))
    return firing(play, _coordinator(play, one), one, "send_draft")


def _country_comment(play: Play, one: UUID) -> Step:
    lot = play.chance.random()
    if lot < 0.6:
        return comment_one(play, one) if lot < 0.5 else tick(play, 22)
    return firing(play, play.someone(NCE, state=play.model.state(one)), one, "return_comments")


def _revision(play: Play, one: UUID) -> Step:
    if play.model.open_comments(one):
        return respond_one(play, one, forced=True)
    asked = waits(play.model, one)
    if asked and play.chance.random() < 0.7:
        return second_one(play, asked[-1][0])
    return firing(play, _coordinator(play, one), one, play.often("finalise", "reopen_consolidation"))


def _session(play: Play, one: UUID) -> UUID | None:
    """A session that may decide on something now."""
    model = play.model
    spent = {row["occasion_id"] for key, row in model.rows["decision"].items() if key[0] == one}
    for (occasion,), row in model.rows["occasion"].items():
        if model.at(one)["entered_at"].date() <= row["held_on"] <= model.now.date() and occasion not in spent:
            return UUID(str(occasion))
    return None


def _before_commission(play: Play, one: UUID) -> Step:
    occasion, by = _session(play, one), play.someone(COMMISSION)
    spent = [row["occasion_id"] for key, row in play.model.rows["decision"].items() if key[0] == one]
    if spent and play.chance.random() < 0.3:
        return firing(play, by, one, "approve", occasion=spent[-1])
    if play.chance.random() < 0.2:  # one of another round, or one that is still to be held
        ahead = [key[0] for key, row in play.model.rows["occasion"].items() if row["held_on"] > play.model.now.date()]
        return firing(play, by, one, "approve", occasion=play.chance.choice([one, *ahead, *ahead]))
    if occasion is None:
        return rounds.hold_session(play, 0)
    return firing(play, by, one, play.often("approve", "send_back", 0.6), occasion=occasion)


def _approved(play: Play, one: UUID) -> Step:
    asked = waits(play.model, one)
    if asked and play.chance.random() < 0.7:
        return second_one(play, asked[-1][0])
    return firing(play, play.someone(UNIT), one, "publish")


def recommendation_onwards(play: Play, one: UUID) -> Step:
    model, evaluation = play.model, play.model.evaluation_of(one)
    stage = model.at(one)["stage"]
    if stage == "issued":
        return firing(play, play.someone(NCE, state=model.state(evaluation)), one, "report_progress")
    if stage == "reported":
        return firing(play, _coordinator(play, evaluation), one, "assess")
    occasion = _session(play, one)
    if occasion is None:
        return rounds.hold_session(play, 0)
    return firing(
        play, play.someone(COMMISSION), one, play.often("approve_closing", "ask_again", 0.6), occasion=occasion
    )


def _coordinator(play: Play, one: UUID) -> Any:
    state = play.model.state(one)
    fits = [each for each in play.model.people if play.model.holds(each.id, frozenset({COORDINATOR}), state)]
    return play.chance.choice(fits or play.model.people)


BY_STAGE: dict[str, Callable[[Play, UUID], Step]] = {
    "enrolled": _enrolled, "answering": _answering, "compilation": _compilation, "review": _review,
    "consolidation": _consolidation, "country_comment": _country_comment, "revision": _revision,
    "before_commission": _before_commission, "approved": _approved,
}  # fmt: skip

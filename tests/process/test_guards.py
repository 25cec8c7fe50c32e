"""Does each guard let pass what it should, and name every blocker of what it should not?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any, NoReturn
from uuid import UUID

import pytest
from tests.methods_of import real_form, real_method

from mem.core.errors import Reason
from mem.process.facts import Answered, EvaluationFacts, Facts, Held, Payload, RecommendationFacts, RoundFacts, Seat
from mem.process.guards import EVALUATION, GUARDS, RECOMMENDATION, ROUND

SESSION = UUID("00000000-0000-0000-0000-00000000000a")
MEETING = UUID("00000000-0000-0000-0000-00000000000b")
AHEAD = UUID("00000000-0000-0000-0000-00000000000c")
NOWHERE = UUID("00000000-0000-0000-0000-00000000000d")
TODAY = date(2019, 3, 4)
EARLIER = UUID("00000000-0000-0000-0000-00000000000e")
OVER = UUID("00000000-0000-0000-0000-00000000000f")
SINCE = date(2019, 3, 1)
OCCASIONS = {
    EARLIER: Held("commission_session", SINCE),
    OVER: Held("commission_session", date(2019, 2, 28)),
    SESSION: Held("commission_session", TODAY),
    MEETING: Held("expert_meeting", date(2019, 1, 1)),
    AHEAD: Held("commission_session", date(2019, 3, 5)),
}
ON, OFF = "country_evaluation", "another_road"


@lru_cache(maxsize=1)
def everything_missing() -> tuple[str, ...]:
    """`<unit> <question>` of each question that the real questionnaire requires when nothing is answered."""
    always = (asked.question for asked in real_form().asked.values() if asked.question.shown_if is None)
    return tuple(f"{one.units[0]} {one.key}" for one in always if one.required)


def some(subject: str) -> Facts:
    """Facts of a subject that stops no guard."""
    common: dict[str, Any] = {
        "method": real_method(), "today": TODAY, "occasions": OCCASIONS, "payload": Payload("because", SESSION),
        "spent": {EARLIER}, "since": SINCE,
    }  # fmt: skip
    if subject == ROUND:
        seats = (Seat("ARG", ON, "published"), Seat("BRA", ON, "not_participating"))
        return RoundFacts(**common, seats=seats, designated={"ARG", "BRA"}, judged_units=128)
    if subject == EVALUATION:
        return EvaluationFacts(
            **common,
            round=("round", "evaluation"),
            answered=Answered(real_form(), {}, set(real_form().asked), set(), ()),
            voices={"ARG": True, "BRA": True},
            rated=("IS-1.1", "IS-1.2"),
            concluded={"IS-1.1", "IS-1.2"},
            stances={unit: {"ARG", "BRA"} for unit in ("IS-1.1", "IS-1.2")},
            open_comments=(),
            openings=0,
            decided=True,
        )
    return RecommendationFacts(**common)


@dataclass(frozen=True)
class Row:
    """Facts that differ from those that stop nothing, and each blocker by code and place."""

    guard: str
    says: str
    change: dict[str, Any] = field(default_factory=dict)
    blockers: tuple[tuple[str, str | None], ...] = ()
    params: dict[str, Any] = field(default_factory=dict)


def answered(
    values: dict[str, Any] | None = None, waived: bool = False, out: bool = False, unconfirmed: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What was answered, with every question waived or every action left out."""
    questions = set(real_form().asked) if waived else set()
    units = {unit for asked in real_form().asked.values() for unit in asked.question.units} if out else set()
    return {"answered": Answered(real_form(), values or {}, questions, units, unconfirmed)}


def seats(*stages: tuple[str, str, str]) -> dict[str, Any]:
    return {"seats": tuple(Seat(state, workflow, stage) for state, workflow, stage in stages)}


ENDED = {"workflow": ON, "stages": ["published", "not_participating"]}
EVALUATING = {"workflow": "round", "stages": ["evaluation"]}
TWO = {"at_least": 2}
AT_SESSION = {"kind": "commission_session"}

ROWS = [
    Row("states_are_enrolled", "one is", seats(("ARG", ON, "enrolled"))),
    Row("states_are_enrolled", "several are", seats(("ARG", ON, "enrolled"), ("BRA", ON, "published"))),
    Row("states_are_enrolled", "none is", {"seats": ()}, (("no_state_enrolled", None),)),
    Row("some_unit_is_evaluated", "all are", {"judged_units": 128}),
    Row("some_unit_is_evaluated", "one is", {"judged_units": 1}),
    Row("some_unit_is_evaluated", "none is", {"judged_units": 0}, (("nothing_evaluated", None),)),
    Row(
        "every_participant_designated_an_expert", "both have",
        {**seats(("ARG", ON, "enrolled"), ("BRA", ON, "enrolled")), "designated": {"ARG", "BRA", "CHL"}},
    ),
    Row("every_participant_designated_an_expert", "nobody takes part", {"seats": (), "designated": set()}),
    Row(
        "every_participant_designated_an_expert", "whoever has not is not on the road any more",
        {
            **seats(("ARG", ON, "enrolled"), ("BRA", ON, "not_participating"), ("CHL", ON, "published")),
            "designated": {"ARG"},
        },
    ),
    Row(
        "every_participant_designated_an_expert", "one has not",
        {**seats(("ARG", ON, "enrolled"), ("BRA", ON, "enrolled")), "designated": {"ARG"}},
        (("no_expert_designated", "BRA"),),
    ),
    Row(
        "every_participant_designated_an_expert", "none has",
        {
            **seats(("ARG", ON, "enrolled"), ("BRA", ON, "answering"), ("CHL", ON, "not_participating")),
            "designated": {"URY"},
        },
        (("no_expert_designated", "ARG"), ("no_expert_designated", "BRA")),
    ),
    Row("every_evaluation_is_in", "both ended", {}, (), ENDED),
    Row("every_evaluation_is_in", "there is none", {"seats": ()}, (), ENDED),
    Row(
        "every_evaluation_is_in", "one on another road is not asked",
        seats(("ARG", ON, "published"), ("BRA", OFF, "anywhere")), (), ENDED,
    ),
    Row(
        "every_evaluation_is_in", "two have not ended",
        seats(("ARG", ON, "approved"), ("BRA", ON, "published"), ("CHL", ON, "enrolled")),
        (("evaluation_not_there", "ARG"), ("evaluation_not_there", "CHL")), ENDED,
    ),
    Row("round_is_in", "it is", {"round": ("round", "evaluation")}, (), EVALUATING),
    Row(
        "round_is_in", "it is in one of several", {"round": ("round", "follow_up")}, (),
        {"workflow": "round", "stages": ["evaluation", "follow_up"]},
    ),
    Row("round_is_in", "it is on another road", {"round": (OFF, "start")}, (), EVALUATING),
    Row("round_is_in", "it is not yet", {"round": ("round", "designation")}, (("round_not_there", None),), EVALUATING),
    Row("round_is_in", "it is not any more", {"round": ("round", "closed")}, (("round_not_there", None),), EVALUATING),
    Row("assessors_are_assigned", "two are", {"voices": {"ARG": False, "BRA": False}}, (), TWO),
    Row("assessors_are_assigned", "three are", {"voices": {"ARG": False, "BRA": True, "CHL": True}}, (), TWO),
    Row("assessors_are_assigned", "one is", {"voices": {"ARG": True}}, (("too_few_experts", None),), TWO),
    Row("assessors_are_assigned", "none is", {"voices": {}}, (("too_few_experts", None),), {"at_least": 1}),
    Row("every_assessment_is_handed_in", "both are", {"voices": {"ARG": True, "BRA": True}}),
    Row(
        "every_assessment_is_handed_in", "one is not", {"voices": {"ARG": True, "BRA": False}},
        (("assessment_missing", "BRA"),),
    ),
    Row(
        "every_assessment_is_handed_in", "two are not, told in order",
        {"voices": {"CHL": False, "BRA": True, "ARG": False}},
        (("assessment_missing", "ARG"), ("assessment_missing", "CHL")),
    ),
    Row("every_unit_is_concluded", "both are"),
    Row("every_unit_is_concluded", "more than these are", {"rated": ("IS-1.1",), "concluded": {"IS-1.1", "IS-1.2"}}),
    Row("every_unit_is_concluded", "one is not", {"concluded": {"IS-1.1"}}, (("conclusion_missing", "IS-1.2"),)),
    Row(
        "every_unit_is_concluded", "none is, told in the order of the plan",
        {"rated": ("IS-1.2", "IS-1.10", "IS-1.1"), "concluded": set()},
        (("conclusion_missing", "IS-1.2"), ("conclusion_missing", "IS-1.10"), ("conclusion_missing", "IS-1.1")),
    ),
    Row("every_voice_has_spoken", "both have"),
    Row("every_voice_has_spoken", "a voice that counts no longer has too", {"voices": {"ARG": True}}),
    Row("every_voice_has_spoken", "what is not concluded is for another guard", {"concluded": set(), "stances": {}}),
    Row(
        "every_voice_has_spoken", "one has not spoken to one",
        {"stances": {"IS-1.1": {"ARG", "BRA"}, "IS-1.2": {"ARG"}}},
        (("voice_missing", "IS-1.2"),),
    ),
    Row(
        "every_voice_has_spoken", "nobody has, told in the order of the plan",
        {"stances": {}, "rated": ("IS-1.2", "IS-1.1")},
        (("voice_missing", "IS-1.2"), ("voice_missing", "IS-1.2"), ("voice_missing", "IS-1.1"),
         ("voice_missing", "IS-1.1")),
    ),
    Row("every_comment_is_answered", "all are"),
    Row("every_comment_is_answered", "one is not", {"open_comments": (3,)}, (("comment_open", "comment 3"),)),
    Row(
        "every_comment_is_answered", "two are not", {"open_comments": (1, 7)},
        (("comment_open", "comment 1"), ("comment_open", "comment 7")),
    ),
    Row("nothing_is_opened", "nothing is"),
    Row("nothing_is_opened", "something is", {"openings": 2}, (("still_opened", None),)),
    Row("paper_replies_are_confirmed", "all are, or there are none"),
    Row(
        "paper_replies_are_confirmed", "two are not", answered(unconfirmed=("is_1_2", "is_1_1")),
        (("answer_unconfirmed", "is_1_1"), ("answer_unconfirmed", "is_1_2")),
    ),
    Row("report_was_approved", "it was", {"decided": True}),
    Row("report_was_approved", "it was not", {"decided": False}, (("not_approved", None),)),
    Row("occasion_was_held", "on this very day", {"payload": Payload(None, SESSION)}, (), AT_SESSION),
    Row("occasion_was_held", "none is named, which is for needs to say", {"payload": Payload()}, (), AT_SESSION),
    Row(
        "occasion_was_held", "it is of another kind", {"payload": Payload(None, MEETING)},
        (("unknown_occasion", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "the round has none such", {"payload": Payload(None, NOWHERE)},
        (("unknown_occasion", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "the round has none at all", {"payload": Payload(None, SESSION), "occasions": {}},
        (("unknown_occasion", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "it is tomorrow", {"payload": Payload(None, AHEAD)},
        (("occasion_ahead", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "on the day it came", {"payload": Payload(None, EARLIER), "spent": ()}, (), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "it was over before it came", {"payload": Payload(None, OVER)},
        (("occasion_before", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "it has decided already", {"payload": Payload(None, EARLIER)},
        (("occasion_spent", "/occasion"),), AT_SESSION,
    ),
    Row(
        "occasion_was_held", "it was over and has decided", {"payload": Payload(None, OVER), "spent": {OVER}},
        (("occasion_before", "/occasion"), ("occasion_spent", "/occasion")), AT_SESSION,
    ),
]  # fmt: skip


def judged(row: Row, facts: Facts) -> list[tuple[str, str | None]]:
    guard = GUARDS[row.guard]
    found = list(guard.judge(facts, guard.params.model_validate(row.params)))
    assert all(isinstance(reason, Reason) and reason.message.endswith(".") for reason in found)
    return [(reason.code, reason.where or reason.about) for reason in found]


TOLD = [(row, subject) for row in ROWS for subject in sorted(GUARDS[row.guard].subjects)]


@pytest.mark.parametrize(("row", "subject"), TOLD, ids=[f"{row.guard}: {row.says} ({of})" for row, of in TOLD])
def test_a_guard_names_every_blocker_and_nothing_else(row: Row, subject: str) -> None:
    assert judged(row, replace(some(subject), **row.change)) == list(row.blockers)


@pytest.mark.parametrize(
    ("says", "change"),
    [
        ("everything is waived", answered(waived=True)),
        ("everything is left out", answered(out=True)),
    ],
)
def test_every_required_answer_is_given_when(says: str, change: dict[str, Any]) -> None:
    assert judged(Row("every_required_answer_given", says), replace(some(EVALUATION), **change)) == []


@pytest.mark.parametrize(
    ("values", "gone", "come"),
    [
        ({}, set(), set()),
        ({"is_1_1": False}, {"IS-1.1 is_1_1"}, {"IS-1.1 is_1_1_coordination"}),
        ({"is_1_1": False, "is_1_1_coordination": "So."}, {"IS-1.1 is_1_1"}, set()),
        (
            {"is_1_1": True, "is_1_1_name": "A"},
            {"IS-1.1 is_1_1"},
            {
                "IS-1.1 is_1_1_year", "IS-1.1 is_1_1_position", "IS-1.2 is_1_2_functions", "IS-1.3 is_1_3_staff",
            },
        ),
    ],
)  # fmt: skip
def test_every_answer_that_is_required_and_missing_is_a_blocker(
    values: dict[str, Any], gone: set[str], come: set[str]
) -> None:
    found = judged(Row("every_required_answer_given", ""), replace(some(EVALUATION), **answered(values)))
    assert {code for code, _ in found} == {"answer_missing"}
    assert Counter(where for _, where in found) == Counter((set(everything_missing()) - gone) | come)


class Unasked:
    """A fact that may not be looked at."""

    def refuse(self, *_: object) -> NoReturn:
        raise AssertionError("a guard looked at a fact that it does not ask for")

    __iter__ = __len__ = __bool__ = __contains__ = __getitem__ = __getattr__ = __eq__ = refuse
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("row", [*ROWS, Row("every_required_answer_given", "nothing is missing")], ids=lambda r: r.says)
def test_a_guard_looks_at_nothing_but_what_it_asks_for(row: Row) -> None:
    guard, common = GUARDS[row.guard], {"method", "today", "payload"}
    for subject in guard.subjects:
        facts = replace(some(subject), **row.change)
        own = {one.name for one in fields(facts)} - common
        assert guard.asks <= own
        closed: dict[str, Any] = {name: Unasked() for name in own - guard.asks}
        assert judged(row, replace(facts, **closed)) == list(row.blockers)


def test_a_guard_says_which_subject_its_workflow_moves_and_what_must_come_with_the_trigger() -> None:
    about = {name: guard.about for name, guard in GUARDS.items() if guard.about is not None}
    assert about == {"every_evaluation_is_in": EVALUATION, "round_is_in": ROUND}
    assert {name for name, guard in GUARDS.items() if "workflow" in guard.params.model_fields} == set(about)
    assert {name: guard.needs for name, guard in GUARDS.items() if guard.needs} == {"occasion_was_held": {"occasion"}}


def test_every_guard_has_a_row_that_passes_and_one_that_does_not() -> None:
    passing = {row.guard for row in ROWS if not row.blockers} | {"every_required_answer_given"}
    stopping = {row.guard for row in ROWS if row.blockers} | {"every_required_answer_given"}
    assert passing == stopping == set(GUARDS)


def test_every_guard_is_asked_by_a_real_road_and_states_its_rule() -> None:
    asked = {
        (use.name, workflow.subject)
        for workflow in real_method().workflows.values()
        for use in chain.from_iterable(transition.guards for transition in workflow.transitions)
    }
    assert {name for name, _ in asked} == set(GUARDS)
    assert all(subject in GUARDS[name].subjects for name, subject in asked)
    for name, guard in GUARDS.items():
        assert guard.subjects <= {ROUND, EVALUATION, RECOMMENDATION}
        assert (guard.judge.__name__, bool(guard.judge.__doc__)) == (name, True)

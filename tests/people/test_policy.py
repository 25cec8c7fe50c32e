"""Who may do what, in which stage, on whose evaluation: does the one decision keep every rule?"""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest
from tests.methods_of import real_method

from mem.people.actions import ACTIONS, ARTEFACTS, CAPABILITIES, RECORDED, Action
from mem.people.policy import (
    NOBODY,
    OWN_COUNTRY,
    Actor,
    Allow,
    Deny,
    Grant,
    Place,
    decide,
    evaluates_own,
    in_scope,
    seen_by,
)
from mem.workflow.definition import Role

PERSON = UUID("00000000-0000-0000-0000-000000000001")
OWN, OTHER = "BRA", "ARG"
MEM = "mem"
EVALUATION = "country_evaluation"
STAGES = (
    "enrolled", "answering", "compilation", "review", "consolidation", "country_comment", "revision",
    "before_commission", "approved", "published", "not_participating", "withdrawn_from_round", "cancelled",
)  # fmt: skip
WHERE_IT_MATTERS = sorted(code for code, action in ACTIONS.items() if not action.open and not action.member)


def actor(*grants: tuple[str, str | None], scope: frozenset[str] | None = None) -> Actor:
    return Actor(PERSON, "Somebody", tuple(Grant(role, state, MEM) for role, state in grants), scope)


def at(stage: str, state: str = OWN, assigned: bool = False) -> Place:
    """The evaluation of a state in a stage of the real road, with the real roles."""
    road = real_method().workflows[EVALUATION]
    return Place(real_method().roles, state, road.sees(stage), road.edits(stage), assigned, mechanism=MEM)


def codes(verdict: Allow | Deny) -> list[str]:
    """Why not; nothing when it is allowed."""
    return [] if isinstance(verdict, Allow) else [reason.code for reason in verdict.reasons]


def test_the_stages_are_those_of_the_real_road() -> None:
    assert set(real_method().workflows[EVALUATION].stages) == set(STAGES)


@pytest.mark.parametrize(
    ("role", "of", "action", "stage", "assigned", "against"),
    [
        # the country of the evaluation
        ("national_coordinating_entity", OWN, "evaluation.read", "enrolled", False, []),
        ("national_coordinating_entity", OWN, "evaluation.advance", "answering", False, []),
        ("national_coordinating_entity", OWN, "answers.read", "review", False, []),
        ("national_coordinating_entity", OWN, "answers.edit", "enrolled", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", False, []),
        ("national_coordinating_entity", OWN, "answers.edit", "compilation", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "evidence.edit", "answering", False, []),
        ("national_coordinating_entity", OWN, "evidence.edit", "review", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "report.read", "consolidation", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "report.read", "country_comment", False, []),
        ("national_coordinating_entity", OWN, "comments.edit", "consolidation", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "comments.edit", "country_comment", False, []),
        ("national_coordinating_entity", OWN, "comments.edit", "revision", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "responses.read", "revision", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "responses.read", "before_commission", False, []),
        ("national_coordinating_entity", OWN, "assignments.read", "review", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "findings.read", "consolidation", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "findings.edit", "review", False, ["no_capability", "not_open"]),
        ("national_coordinating_entity", OWN, "conclusions.read", "country_comment", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "responses.edit", "revision", False, ["no_capability", "not_open"]),
        ("national_coordinating_entity", OWN, "evaluation.record", "published", False, ["not_shown"]),
        ("national_coordinating_entity", OWN, "round.candidates", "answering", False, []),
        ("national_coordinating_entity", OWN, "round.designate", "answering", False, ["not_open"]),
        ("national_coordinating_entity", OWN, "round.open", "answering", False, ["no_capability"]),
        ("ministry_contributor", OWN, "answers.edit", "answering", False, []),
        ("ministry_contributor", OWN, "evidence.edit", "answering", False, []),
        ("ministry_contributor", OWN, "evaluation.advance", "answering", False, ["no_capability"]),
        ("ministry_contributor", OWN, "comments.edit", "country_comment", False, ["no_capability", "not_open"]),
        ("ministry_contributor", OWN, "report.read", "country_comment", False, ["not_shown"]),
        # another country
        ("national_coordinating_entity", OTHER, "evaluation.read", "answering", False, ["outside_scope"]),
        ("national_coordinating_entity", OTHER, "answers.read", "review", False, ["outside_scope"]),
        ("national_coordinating_entity", OTHER, "answers.edit", "answering", False, ["outside_scope"]),
        ("national_coordinating_entity", OTHER, "answers.edit", "review", False, ["outside_scope", "not_open"]),
        ("national_coordinating_entity", OTHER, "report.read", "published", False, ["outside_scope"]),
        ("national_coordinating_entity", None, "answers.edit", "answering", False, ["outside_scope"]),
        ("ministry_contributor", OTHER, "answers.edit", "answering", False, ["outside_scope"]),
        # an expert of another country
        ("expert", OTHER, "evaluation.read", "compilation", True, ["not_shown"]),
        ("expert", OTHER, "evaluation.read", "review", True, []),
        ("expert", OTHER, "evaluation.read", "review", False, ["not_assigned"]),
        ("expert", OTHER, "evaluation.read", "answering", False, ["not_assigned", "not_shown"]),
        ("expert", OTHER, "answers.read", "answering", True, ["not_shown"]),
        ("expert", OTHER, "answers.read", "review", True, []),
        ("expert", OTHER, "findings.read", "review", True, []),
        ("expert", OTHER, "findings.read_all", "review", True, ["not_shown"]),
        ("expert", OTHER, "findings.read_all", "consolidation", True, []),
        ("expert", OTHER, "findings.edit", "compilation", True, ["not_open"]),
        ("expert", OTHER, "findings.edit", "review", True, []),
        ("expert", OTHER, "findings.edit", "review", False, ["not_assigned"]),
        ("expert", OTHER, "findings.edit", "consolidation", True, ["not_open"]),
        ("expert", OTHER, "conclusions.edit", "review", True, ["not_open"]),
        ("expert", OTHER, "conclusions.edit", "consolidation", True, []),
        ("expert", OTHER, "conclusions.edit", "revision", True, ["not_open"]),
        ("expert", OTHER, "responses.edit", "revision", True, []),
        ("expert", OTHER, "responses.edit", "revision", False, ["not_assigned"]),
        ("expert", OTHER, "comments.edit", "country_comment", True, ["no_capability", "not_open"]),
        ("expert", OTHER, "answers.edit", "answering", True, ["no_capability", "not_open"]),
        ("expert", OTHER, "assignments.read", "review", True, ["not_shown"]),
        ("expert", OTHER, "evaluation.advance", "review", True, ["no_capability"]),
        ("expert", None, "findings.edit", "review", True, ["outside_scope"]),
        # the coordinator of the experts, from another country
        ("coordinator", OTHER, "evaluation.read", "answering", False, ["not_shown"]),
        ("coordinator", OTHER, "assignments.read", "compilation", False, []),
        ("coordinator", OTHER, "findings.read", "review", False, ["not_shown"]),
        ("coordinator", OTHER, "findings.read_all", "consolidation", False, []),
        ("coordinator", OTHER, "findings.edit", "review", False, ["no_capability", "not_open"]),
        ("coordinator", OTHER, "conclusions.edit", "consolidation", False, []),
        ("coordinator", OTHER, "conclusions.edit", "revision", False, ["not_open"]),
        ("coordinator", OTHER, "conclusions.edit", "before_commission", False, ["not_open"]),
        ("coordinator", OTHER, "responses.edit", "revision", False, []),
        ("coordinator", OTHER, "evaluation.advance", "consolidation", False, []),
        ("coordinator", OTHER, "evaluation.advance", "answering", False, ["not_shown"]),
        # whoever is of no state
        ("mem_unit", None, "evaluation.read", "enrolled", False, []),
        ("mem_unit", None, "evaluation.advance", "compilation", False, []),
        ("mem_unit", None, "assignments.edit", "compilation", False, []),
        ("mem_unit", None, "assignments.edit", "review", False, []),
        ("mem_unit", None, "assignments.edit", "country_comment", False, ["not_open"]),
        ("mem_unit", None, "answers.read", "answering", False, []),
        ("mem_unit", None, "answers.edit", "answering", False, ["no_capability", "not_open"]),
        ("mem_unit", None, "findings.read", "consolidation", False, ["not_shown"]),
        ("mem_unit", None, "conclusions.read", "consolidation", False, ["not_shown"]),
        ("mem_unit", None, "report.read", "consolidation", False, ["not_shown"]),
        ("mem_unit", None, "report.read", "country_comment", False, []),
        ("mem_unit", None, "evaluation.record", "review", False, []),
        ("mem_unit", None, "people.manage", "review", False, []),
        ("commission", None, "evaluation.read", "enrolled", False, []),
        ("commission", None, "report.read", "revision", False, ["not_shown"]),
        ("commission", None, "report.read", "before_commission", False, []),
        ("commission", None, "evaluation.advance", "before_commission", False, []),
        ("commission", None, "answers.read", "before_commission", False, ["not_shown"]),
        ("commission", None, "people.manage", "before_commission", False, ["no_capability"]),
        ("auditor", None, "evaluation.record", "review", False, []),
        ("auditor", None, "record.read", "review", False, []),
        ("auditor", None, "answers.read", "review", False, ["not_shown"]),
        ("auditor", None, "report.read", "published", False, ["not_shown"]),
        ("auditor", None, "evaluation.advance", "review", False, ["no_capability"]),
        # a role that the method does not have
        ("emperor", None, "evaluation.read", "review", True, ["unknown_role"]),
        ("emperor", OWN, "answers.edit", "answering", True, ["unknown_role"]),
    ],
)  # fmt: skip
def test_a_role_does_in_a_stage_what_its_data_say_and_is_told_every_reason_why_not(
    role: str, of: str | None, action: str, stage: str, assigned: bool, against: list[str]
) -> None:
    verdict = decide(actor((role, of)), ACTIONS[action], at(stage, OWN, assigned))
    assert codes(verdict) == against
    if not against:
        assert verdict == Allow(Grant(role, of, MEM))


EVALUATES = ("expert", "coordinator")
ELSEWHERE: tuple[tuple[tuple[str, str | None], ...], ...] = (
    (),
    (("mem_unit", None),),
    (("national_coordinating_entity", OWN),),
    (("national_coordinating_entity", OTHER), ("commission", None)),
    (("expert", OTHER), ("coordinator", OTHER), ("auditor", None)),
)


def test_who_evaluates_is_what_the_real_roles_say() -> None:
    assert {name for name, role in real_method().roles.items() if role.evaluates} == set(EVALUATES)


@pytest.mark.parametrize("code", WHERE_IT_MATTERS)
@pytest.mark.parametrize("evaluates", EVALUATES)
def test_whoever_evaluates_has_no_part_in_the_own_country_in_any_stage_whatever_else_is_held(
    evaluates: str, code: str
) -> None:
    for others, stage, assigned in product(ELSEWHERE, STAGES, (False, True)):
        for grants in ((*others, (evaluates, OWN)), ((evaluates, OWN), *others)):
            assert decide(actor(*grants), ACTIONS[code], at(stage, OWN, assigned)) == Deny((OWN_COUNTRY,))


@pytest.mark.parametrize("evaluates", EVALUATES)
def test_the_other_roles_of_whoever_evaluates_hold_for_other_countries(evaluates: str) -> None:
    both = actor((evaluates, OWN), ("mem_unit", None))
    verdict = decide(both, ACTIONS["assignments.edit"], at("compilation", OTHER))
    assert verdict == Allow(Grant("mem_unit", None, MEM))


@pytest.mark.parametrize(
    ("role", "of", "place", "found"),
    [
        ("expert", OWN, OWN, True),
        ("coordinator", OWN, OWN, True),
        ("expert", OWN, OTHER, False),
        ("expert", OWN, None, False),
        ("expert", None, OWN, False),
        ("expert", None, None, False),
        ("national_coordinating_entity", OWN, OWN, False),
        ("mem_unit", None, OWN, False),
        ("emperor", OWN, OWN, False),
    ],
)
def test_evaluating_the_own_country_is_holding_a_role_that_evaluates_for_it(
    role: str, of: str | None, place: str | None, found: bool
) -> None:
    assert evaluates_own(actor((role, of)), Place(real_method().roles, place, mechanism=MEM)) is found


@pytest.mark.parametrize(
    ("scope", "of", "place", "found"),
    [
        ("all", None, None, True),
        ("all", None, OWN, True),
        ("all", OTHER, OWN, True),
        ("own", OWN, OWN, True),
        ("own", OWN, OTHER, False),
        ("own", OWN, None, False),
        ("own", None, OWN, False),
        ("own", None, None, False),
        ("others", OWN, OTHER, True),
        ("others", OWN, OWN, False),
        ("others", OWN, None, False),
        ("others", None, OWN, False),
        ("others", None, None, False),
    ],
)
def test_a_role_reaches_its_own_state_the_others_or_all(
    scope: str, of: str | None, place: str | None, found: bool
) -> None:
    role = Role.model_validate({"title": {"en": "x"}, "scope": scope})
    assert in_scope(Grant("x", of, MEM), role, Place({}, place)) is found


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_without_a_token_only_what_is_open_to_anybody_is_allowed(code: str) -> None:
    for stage in STAGES:
        assert decide(None, ACTIONS[code], at(stage)) == (Allow(None) if ACTIONS[code].open else NOBODY)


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_without_a_grant_only_what_is_open_to_anybody_is_allowed(code: str) -> None:
    for stage in STAGES:
        assert decide(actor(), ACTIONS[code], at(stage, assigned=True)) == (
            Allow(None) if ACTIONS[code].open else NOBODY
        )


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_a_role_that_the_method_does_not_have_opens_only_what_any_holder_of_a_token_may(code: str) -> None:
    action = ACTIONS[code]
    verdict = decide(actor(("emperor", OWN)), action, at("answering"))
    assert codes(verdict) == ([] if action.open or action.member else ["unknown_role"])


@pytest.mark.parametrize("code", WHERE_IT_MATTERS)
def test_a_place_of_which_nothing_is_known_allows_nothing(code: str) -> None:
    everything = actor(*((role, OWN) for role in real_method().roles))
    assert isinstance(decide(everything, ACTIONS[code], Place({})), Deny)


@pytest.mark.parametrize("code", sorted(code for code, action in ACTIONS.items() if action.sees or action.edits))
def test_a_stage_that_shows_and_opens_nothing_allows_no_seeing_and_no_editing(code: str) -> None:
    for role in real_method().roles:
        place = Place(real_method().roles, OWN, assigned=True, mechanism=MEM)
        for of in (OWN, OTHER, None):
            assert isinstance(decide(actor((role, of)), ACTIONS[code], place), Deny)


@pytest.mark.parametrize("code", sorted(code for code, action in ACTIONS.items() if action.open))
def test_what_is_open_is_open_even_to_whoever_evaluates_the_own_country(code: str) -> None:
    expert = actor(("expert", OWN), scope=frozenset())
    assert decide(expert, ACTIONS[code], at("review")) == Allow(None)


@pytest.mark.parametrize("code", sorted(code for code, action in ACTIONS.items() if action.member))
@pytest.mark.parametrize("role", [("auditor", None), ("expert", OWN), ("emperor", None)])
def test_what_is_for_members_is_for_whoever_holds_any_role_and_asks_with_a_token_that_reads(
    code: str, role: tuple[str, str | None]
) -> None:
    for reads in (None, frozenset({"read"}), frozenset({"read", "answer"})):
        assert decide(actor(role, scope=reads), ACTIONS[code], Place({})) == Allow(None)
    for scope in (frozenset[str](), frozenset({"answer"}), CAPABILITIES):
        assert codes(decide(actor(role, scope=scope), ACTIONS[code], Place({}))) == ["token_scope"]


@pytest.mark.parametrize(
    ("role", "of", "action", "stage", "scope", "against"),
    [
        ("national_coordinating_entity", OWN, "answers.edit", "answering", None, []),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", {"answer"}, []),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", {"answer", "read"}, []),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", {"read"}, ["token_scope"]),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", {"attach_evidence"}, ["token_scope"]),
        ("national_coordinating_entity", OWN, "answers.edit", "answering", set(), ["token_scope"]),
        ("national_coordinating_entity", OWN, "answers.read", "answering", {"read"}, []),
        ("national_coordinating_entity", OWN, "answers.read", "answering", {"answer"}, ["token_scope"]),
        ("national_coordinating_entity", OWN, "evaluation.advance", "answering", {"advance"}, []),
        ("national_coordinating_entity", OWN, "evaluation.advance", "answering", {"read"}, ["token_scope"]),
        ("national_coordinating_entity", OWN, "answers.edit", "review", {"read"}, ["token_scope", "not_open"]),
        ("mem_unit", None, "people.manage", "review", {"manage_people"}, []),
        ("mem_unit", None, "people.manage", "review", {"open_round"}, ["token_scope"]),
        ("mem_unit", None, "findings.edit", "review", {"write_findings"}, ["no_capability", "not_open"]),
    ],
)  # fmt: skip
def test_a_token_is_good_for_its_scope_and_never_for_more_than_the_role(
    role: str, of: str | None, action: str, stage: str, scope: set[str] | None, against: list[str]
) -> None:
    limited = actor((role, of), scope=None if scope is None else frozenset(scope))
    assert codes(decide(limited, ACTIONS[action], at(stage))) == against


@pytest.mark.parametrize("empty", [Action("nothing"), Action("nothing", needs="", sees=frozenset(), edits="")])
def test_an_action_that_asks_for_nothing_is_denied_to_everybody(empty: Action) -> None:
    for role in (*real_method().roles, "emperor"):
        for of, scope in product((OWN, OTHER, None), (None, frozenset({"read"}))):
            assert decide(actor((role, of), scope=scope), empty, at("published", assigned=True)) == NOBODY


def test_every_reason_against_comes_at_once() -> None:
    hopeless = actor(("expert", None), scope=frozenset({"read"}))
    action = Action("all.at_once", needs="manage_people", sees=frozenset({"record"}), edits="comments")
    verdict = decide(hopeless, action, at("answering"))
    assert isinstance(verdict, Deny)
    assert codes(verdict) == [
        "no_capability", "token_scope", "outside_scope", "not_assigned", "not_shown", "not_open",
    ]  # fmt: skip
    assert all(reason.message.endswith(".") for reason in verdict.reasons)


def test_the_reasons_of_all_roles_come_together_each_once() -> None:
    verdict = decide(
        actor(("commission", None), ("ministry_contributor", OTHER)), ACTIONS["answers.edit"], at("review")
    )
    assert codes(verdict) == ["no_capability", "not_open", "outside_scope"]


def test_one_role_that_may_is_enough_and_is_the_one_named() -> None:
    several = actor(("auditor", None), ("national_coordinating_entity", OTHER), ("national_coordinating_entity", OWN))
    verdict = decide(several, ACTIONS["answers.edit"], at("answering"))
    assert verdict == Allow(Grant("national_coordinating_entity", OWN, MEM))


def test_one_role_never_lends_its_reach_to_the_capability_of_another() -> None:
    verdict = decide(
        actor(("auditor", None), ("ministry_contributor", OTHER)), ACTIONS["answers.edit"], at("answering")
    )
    assert codes(verdict) == ["no_capability", "not_open", "outside_scope"]


JUDGING = {"findings": "write_findings", "conclusions": "consolidate", "responses": "respond"}


@pytest.mark.parametrize("artefact", sorted(JUDGING))
def test_the_secretariat_judges_nothing_in_any_stage(artefact: str) -> None:
    road = real_method().workflows[EVALUATION]
    assert JUDGING[artefact] == ARTEFACTS[artefact]
    assert JUDGING[artefact] not in real_method().roles["mem_unit"].capabilities
    for stage, state, assigned in product(STAGES, (OWN, OTHER), (False, True)):
        assert artefact not in road.edits(stage).get("mem_unit", frozenset())
        verdict = decide(actor(("mem_unit", None)), ACTIONS[f"{artefact}.edit"], at(stage, state, assigned))
        assert codes(verdict) == ["no_capability", "not_open"]


def test_no_role_both_answers_and_judges() -> None:
    answering, judging = {"answer", "attach_evidence", "comment"}, set(JUDGING.values())
    for role in real_method().roles.values():
        assert not (answering & set(role.capabilities) and judging & set(role.capabilities))
        assert role.evaluates or not judging & set(role.capabilities)


WHOLE = {"progress", "answers", "evidence", "assignments", "findings", "conclusions"}


@pytest.mark.parametrize(
    ("grants", "stage", "assigned", "seen"),
    [
        ((("mem_unit", None),), "review", False, {"progress", "answers", "evidence", "assignments", "record"}),
        ((("auditor", None),), "review", False, {"progress", "assignments", "record"}),
        ((("commission", None),), "review", False, {"progress"}),
        ((("commission", None),), "approved", False, {"progress", "report", "comments", "responses"}),
        ((("national_coordinating_entity", OWN),), "review", False, {"progress", "answers", "evidence"}),
        ((("national_coordinating_entity", OTHER),), "review", False, set()),
        ((("expert", OTHER),), "review", True, {"progress", "answers", "evidence", "own_findings"}),
        ((("expert", OTHER),), "review", False, set()),
        ((("expert", OTHER),), "consolidation", True, WHOLE),
        ((("coordinator", OTHER),), "consolidation", False, WHOLE),
        ((("coordinator", OTHER), ("auditor", None)), "consolidation", False, WHOLE | {"record"}),
        ((("expert", OWN),), "consolidation", True, set()),
        ((("coordinator", OWN), ("mem_unit", None)), "published", True, set()),
        ((("emperor", None),), "consolidation", True, set()),
        ((), "published", True, set()),
    ],
)
def test_what_is_seen_of_a_place_is_what_any_of_the_roles_shows(
    grants: tuple[tuple[str, str | None], ...], stage: str, assigned: bool, seen: set[str]
) -> None:
    assert seen_by(actor(*grants), at(stage, OWN, assigned)) == seen


@pytest.mark.parametrize(("scope", "sees"), [(None, True), ({"read"}, True), ({"advance"}, False), (set(), False)])
def test_a_token_sees_nothing_unless_it_is_made_for_reading(scope: set[str] | None, sees: bool) -> None:
    limited = actor(("mem_unit", None), scope=None if scope is None else frozenset(scope))
    assert bool(seen_by(limited, at("review"))) is sees


def test_what_is_recorded_is_part_of_an_artefact_that_exists() -> None:
    assert set(RECORDED.values()) <= set(ARTEFACTS) - {"record", "own_findings"}

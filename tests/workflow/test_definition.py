"""Is a definition read as a person writes it, and does it answer what its data say?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.methods_of import real_method

from mem.workflow.definition import Member, Name, Role, Scale, Transition, Use, Uses, Workflow
from mem.workflow.spans import Span

NAME: TypeAdapter[str] = TypeAdapter(Name)
USES: TypeAdapter[list[Use]] = TypeAdapter(Uses)
TITLE = {"en": "Title"}

TRANSITION: dict[str, Any] = {"trigger": "go", "from": "here", "to": "there", "by": ["clerk"]}
WORKFLOW: dict[str, Any] = {
    "workflow": "road",
    "version": 1,
    "subject": "round",
    "initial": "here",
    "sees_always": {"clerk": ["progress"], "auditor": ["record"]},
    "stages": {
        "here": {"title": TITLE, "sees": {"clerk": ["report", "progress"]}, "edits": {"clerk": ["comments"]}},
        "there": {"title": TITLE},
        "end": {"title": TITLE, "final": True},
    },
    "transitions": [
        TRANSITION,
        {"trigger": "stop", "from": ["here", "there"], "to": "end", "by": []},
        {"trigger": "go", "from": "there", "to": "end", "by": ["clerk"]},
    ],
}
ROLE: dict[str, Any] = {"title": TITLE, "scope": "own"}
MEMBER: dict[str, Any] = {
    "code": "ARG",
    "names": TITLE,
    "official": TITLE,
    "region": "south",
    "language": "es",
    "since": "1948-05-05",
}


@pytest.fixture(scope="module")
def road() -> Workflow:
    return Workflow.model_validate(WORKFLOW)


@pytest.mark.parametrize("name", ["a", "country_evaluation", "a1_2", "a" * 80])
def test_a_name_is_lower_case_letters_digits_and_underscores(name: str) -> None:
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize("name", ["", "A", "1a", "_a", "a-b", "a b", "é", "a.b", "a\n", "a" * 81, 7, None])
def test_what_is_no_name_is_refused(name: Any) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)


@pytest.mark.parametrize(
    ("written", "name", "params"),
    [
        ("submitted", "submitted", {}),
        ({"in_stage": {"stages": ["a"]}}, "in_stage", {"stages": ["a"]}),
        ({"in_stage": {}}, "in_stage", {}),
        ({"name": "submitted", "params": {"kind": "x"}}, "submitted", {"kind": "x"}),
    ],
)
def test_a_guard_or_effect_is_a_name_or_a_name_with_parameters(written: Any, name: str, params: dict[str, Any]) -> None:
    assert USES.validate_python([written]) == [Use(name=name, params=params)]


@pytest.mark.parametrize(
    "written", [{}, {"a": {}, "b": {}}, {"a": None}, {"a": ["x"]}, {"Not A Name": {}}, 7, None, []]
)
def test_what_is_no_guard_or_effect_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        USES.validate_python([written])


@pytest.mark.parametrize(("written", "stages"), [("here", ["here"]), (["here"], ["here"]), (["a", "b"], ["a", "b"])])
def test_a_transition_leaves_one_stage_or_several(written: Any, stages: list[str]) -> None:
    assert Transition.model_validate({**TRANSITION, "from": written}).from_ == stages


@pytest.mark.parametrize(
    ("model", "whole", "change"),
    [
        (Transition, TRANSITION, {"from": []}),
        (Transition, TRANSITION, {"from_": "here"}),
        (Transition, TRANSITION, {"by": None}),
        (Transition, TRANSITION, {"needs": ["luck"]}),
        (Transition, TRANSITION, {"unless": ["luck"]}),
        (Workflow, WORKFLOW, {"subject": "country"}),
        (Workflow, WORKFLOW, {"version": 0}),
        (Workflow, WORKFLOW, {"stages": {}}),
        (Workflow, WORKFLOW, {"transitions": []}),
        (Workflow, WORKFLOW, {"owner": "me"}),
        (Role, ROLE, {"scope": "some"}),
        (Role, ROLE, {"powers": []}),
        (Role, ROLE, {"title": {}}),
        (
            Scale,
            {"title": TITLE, "values": [{"code": "a", "label": TITLE}, {"code": "b", "label": TITLE}]},
            {"values": []},
        ),
        (Span, {"days": 30, "basis": "ours"}, {"days": 0}),
        (Span, {"days": 30, "basis": "ours"}, {"days": 3661}),
        (Member, MEMBER, {"code": "arg"}),
        (Member, MEMBER, {"code": "ARGE"}),
        (Member, MEMBER, {"language": "esp"}),
        (Member, MEMBER, {"since": None}),
    ],
)
def test_a_definition_takes_what_fits_and_refuses_each_thing_that_does_not(
    model: type[Transition], whole: dict[str, Any], change: dict[str, Any]
) -> None:
    model.model_validate(whole)
    with pytest.raises(ValidationError):
        model.model_validate({**whole, **change})


def test_a_definition_never_changes(road: Workflow) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        road.initial = "there"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("trigger", "stage", "to"),
    [
        ("go", "here", "there"),
        ("go", "there", "end"),
        ("stop", "here", "end"),
        ("stop", "there", "end"),
        ("go", "end", None),
        ("stop", "end", None),
        ("fly", "here", None),
        ("go", "nowhere", None),
    ],
)
def test_a_transition_is_found_by_trigger_and_stage(road: Workflow, trigger: str, stage: str, to: str | None) -> None:
    found = road.transition(trigger, stage)
    assert (found.to if found else None) == to


@pytest.mark.parametrize(
    ("stage", "triggers"), [("here", ["go", "stop"]), ("there", ["stop", "go"]), ("end", []), ("nowhere", [])]
)
def test_what_leaves_a_stage_comes_in_the_order_of_the_file(road: Workflow, stage: str, triggers: list[str]) -> None:
    assert [transition.trigger for transition in road.leaving(stage)] == triggers


@pytest.mark.parametrize(
    ("stage", "sees", "edits"),
    [
        ("here", {"clerk": {"report", "progress"}, "auditor": {"record"}}, {"clerk": {"comments"}}),
        ("there", {"clerk": {"progress"}, "auditor": {"record"}}, {}),
        ("end", {"clerk": {"progress"}, "auditor": {"record"}}, {}),
    ],
)
def test_a_role_sees_what_the_stage_shows_and_what_is_always_shown_and_edits_what_the_stage_opens(
    road: Workflow, stage: str, sees: dict[str, set[str]], edits: dict[str, set[str]]
) -> None:
    assert road.sees(stage) == sees
    assert road.edits(stage) == edits


@pytest.mark.parametrize(("scope", "of_a_state"), [("own", True), ("others", True), ("all", False)])
def test_a_role_is_one_of_a_state_unless_it_reaches_all(scope: str, of_a_state: bool) -> None:
    assert Role.model_validate({**ROLE, "scope": scope}).of_a_state is of_a_state


@pytest.mark.parametrize(
    ("code", "rank"),
    [("completed", 4), ("not_started", 0), ("not_applicable", None), ("Completed", "none"), ("", "none")],
)
def test_a_value_of_a_scale_is_found_by_its_code(code: str, rank: int | str | None) -> None:
    value = real_method().scale("sixth_round").value(code)
    assert (value.rank if value else "none") == rank


@pytest.mark.parametrize(("code", "name"), [("ARG", "Argentina"), ("BRA", "Brasil"), ("CUB", None), ("arg", None)])
def test_a_member_is_found_by_its_code(code: str, name: str | None) -> None:
    member = real_method().members.member(code)
    assert (member.names["es"] if member else None) == name


@pytest.mark.parametrize(
    ("until", "day", "found"),
    [
        (None, "1948-05-04", False),
        (None, "1948-05-05", True),
        (None, "2030-01-01", True),
        ("2023-11-19", "1948-05-05", True),
        ("2023-11-19", "2023-11-18", True),
        ("2023-11-19", "2023-11-19", False),
        ("2023-11-19", "2024-01-01", False),
    ],
)
def test_a_member_is_one_from_its_first_day_until_the_day_before_it_left(
    until: str | None, day: str, found: bool
) -> None:
    assert Member.model_validate({**MEMBER, "until": until}).on(day) is found


def test_the_real_members_are_the_34_that_take_part() -> None:
    members = real_method().members
    assert len({member.code for member in members.members}) == len(members.members) == 34
    assert {member.region for member in members.members} == {region.code for region in members.regions}
    assert all({"en", "es", "fr", "pt"} == set(names) for m in members.members for names in (m.names, m.official))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("BRA", {"en": "Brazil", "es": "Brasil", "fr": "le Brésil", "pt": "o Brasil"}),
        ("BRB", {"en": "Barbados", "es": "Barbados", "fr": "la Barbade", "pt": "Barbados"}),
        ("BHS", {"en": "the Bahamas", "es": "las Bahamas", "fr": "les Bahamas", "pt": "as Bahamas"}),
        ("HTI", {"en": "Haiti", "es": "Haití", "fr": "Haïti", "pt": "o Haiti"}),
    ],
)
def test_a_member_is_named_within_a_sentence_with_its_article(code: str, said: dict[str, str]) -> None:
    member = real_method().members.member(code)
    assert member is not None
    assert member.within_text == said


def test_within_a_sentence_a_name_is_the_same_but_for_an_article() -> None:
    articles = {
        "en": {"the"},
        "es": {"las", "la", "los"},
        "fr": {"le", "la", "l'", "les"},
        "pt": {"o", "a", "os", "as"},
    }
    for member in real_method().members.members:
        for language, text in member.within_text.items():
            before = text.removesuffix(member.names[language]).strip()
            assert text.endswith(member.names[language]), text
            assert before in {"", *articles[language]}, text

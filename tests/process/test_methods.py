"""Does a whole folder hold together, and is a name that no other file knows told in the file that uses it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.methods_of import MEM, Changed, Expected, copied, in_order, real_folder, real_method

from mem.core.canonical import canonical
from mem.core.yaml import Fault
from mem.methods.method import Method
from mem.process.effects import EFFECTS, Effect
from mem.process.guards import GUARDS, Guard
from mem.process.methods import VOCABULARY, read_definitions
from mem.workflow.vocabulary import Verb, Walk

MECHANISM, REPORT, PLAN = "mechanism.yaml", "report.yaml", "plans/hemispheric-2016-2020.yaml"
HEAD, SECTION = "questionnaires/mem-7.yaml", "questionnaires/mem-7/IC.yaml"

ROWS = [
    Changed(
        "an unknown scale",
        MECHANISM,
        "scale: sixth_round",
        "scale: seventh_round",
        (Expected("seventh_round", "cycles.evaluation.scale", "unknown scale 'seventh_round'"),),
    ),
    Changed(
        "an unknown workflow",
        MECHANISM,
        "workflow: country_evaluation",
        "workflow: peer_review",
        (Expected("peer_review", "cycles.evaluation.workflow", "unknown workflow 'peer_review'"),),
    ),
    Changed(
        "an unknown questionnaire",
        MECHANISM,
        "questionnaire: mem-7",
        "questionnaire: mem-8",
        (Expected("mem-8", "cycles.evaluation.questionnaire", "unknown questionnaire 'mem-8'"),),
    ),
    Changed(
        "an unknown plan",
        MECHANISM,
        "plan: hemispheric-2016-2020",
        "plan: hemispheric-2030",
        (Expected("hemispheric-2030", "cycles.evaluation.plan", "unknown plan 'hemispheric-2030'"),),
    ),
    Changed(
        "an unknown document",
        MECHANISM,
        "document: national_report",
        "document: poem",
        (Expected("\ndocuments:", "documents", "cycle 'evaluation' names the unknown document 'poem'", REPORT),),
    ),
    Changed(
        "an unknown level",
        MECHANISM,
        "rated: action ",
        "rated: deed ",
        (
            Expected(
                "rated: deed",
                "cycles.evaluation.rated",
                "plan 'hemispheric-2016-2020' has no level 'deed'",
            ),
        ),
    ),
    Changed(
        "an unknown unit that is left out",
        MECHANISM,
        "excluded: []",
        "excluded: [{unit: IC-1.1, reason: Known}, {unit: IC-9.9, reason: Unknown}]",
        (Expected("excluded: [{", "cycles.evaluation.excluded.1.unit", "unknown unit 'IC-9.9'"),),
    ),
    Changed(
        "a unit that is left out twice",
        MECHANISM,
        "excluded: []",
        "excluded: [{unit: IC-1.1, reason: Once}, {unit: IC-1.1, reason: Again}]",
        (Expected("excluded: [{", "cycles.evaluation.excluded.1.unit", "the unit 'IC-1.1' stands twice"),),
    ),
    Changed(
        "a plan that calls itself otherwise",
        PLAN,
        "plan: hemispheric-2016-2020\n",
        "plan: hemispheric-2020\n",
        (
            Expected(
                "    plan: hemispheric-2016-2020",
                "cycles.evaluation.plan",
                "unknown plan 'hemispheric-2016-2020'",
                MECHANISM,
            ),
            Expected("\nplan: hemispheric-2016-2020", "plan", "unknown plan 'hemispheric-2016-2020'", HEAD),
        ),
    ),
    Changed(
        "a questionnaire about a unit that the plan does not have",
        SECTION,
        "  - key: ic_1_1\n    units: [IC-1.1]\n",
        "  - key: ic_1_1\n    units: [IC-1.9]\n",
        (Expected("IC-1.9", "questions.0.units.0", "unknown unit 'IC-1.9' of plan 'hemispheric-2016-2020'"),),
    ),
    Changed(
        "a report with a sentence that it cannot fill",
        REPORT,
        '    en: "Rating: {rating}."\n',
        '    en: "Rating: {rating} {}."\n',
        (
            Expected(
                "Rating: {rating} {}",
                "sentences.rating.en",
                "not a sentence with fields: a field is a plain name in braces, not '{}'",
            ),
        ),
    ),
    Changed(
        "a report with a block that lacks what it needs",
        REPORT,
        "{block: sentence, pattern: preface}",
        "{block: sentence}",
        (
            Expected(
                "{block: sentence}", "documents.national_report.blocks.1.pattern", "block 'sentence' needs 'pattern'"
            ),
        ),
    ),
    Changed(
        "a title with a field that it does not have",
        REPORT,
        'en: "Evaluation report on drug policies: {state}"',
        'en: "Evaluation report on drug policies: {judged}"',
        (
            Expected(
                "policies: {judged}", "documents.national_report.title.en", "a title does not fill the field 'judged'"
            ),
        ),
    ),
    Changed(
        "a guard about another subject",
        "round.yaml",
        "{workflow: country_evaluation, stages: [published, not_participating, withdrawn_from_round, cancelled]}",
        "{workflow: recommendation, stages: [closed]}",
        (
            Expected(
                "- every_evaluation_is_in",
                "transitions.2.guards.0",
                "workflow 'recommendation' moves a recommendation, not a country_evaluation",
            ),
        ),
    ),
    Changed(
        "an effect about another subject",
        "round.yaml",
        "{workflow: country_evaluation, trigger: issue}",
        "{workflow: recommendation, trigger: assess}",
        (
            Expected(
                "- fire_on_evaluations",
                "transitions.1.effects.0",
                "workflow 'recommendation' moves a recommendation, not a country_evaluation",
            ),
        ),
    ),
    Changed(
        "a decision without the occasion that it needs",
        "country_evaluation.yaml",
        "    needs: [occasion]\n",
        "",
        (
            Expected(
                "- trigger: approve",
                "transitions.12.needs",
                "'occasion_was_held' needs 'occasion' to come with the trigger",
            ),
            Expected(
                "- trigger: approve",
                "transitions.12.needs",
                "'record_decision' needs 'occasion' to come with the trigger",
            ),
        ),
    ),
    Changed(
        "a report over a level that the plan does not have",
        REPORT,
        "            level: objective\n",
        "            level: goal\n",
        (Expected("level: goal", "documents.national_report.blocks.3.blocks.1.level", "unknown level 'goal'"),),
    ),
]


def small_copy(place: Path) -> Path:
    """A copy of the real folder whose questionnaire has one section only, to be read fast."""
    folder = copied(place)
    for name in ("IS", "DR", "SR", "CM"):
        (folder / "questionnaires" / "mem-7" / f"{name}.yaml").unlink()
    head = (folder / HEAD).read_text(encoding="utf-8")
    (folder / HEAD).write_text(head.replace("sections: [IS, DR, SR, CM, IC]", "sections: [IC]"), encoding="utf-8")
    return folder


def test_the_real_folder_has_no_fault_and_its_parts_are_its_files_without_the_demo() -> None:
    found = read_definitions(MEM)
    assert found.faults == ()
    assert set(found.parts) == set(real_folder().sources) - {"demo.yaml"}
    assert {MECHANISM, REPORT, PLAN, HEAD, SECTION} <= set(found.parts)


def test_what_was_read_is_plain_json_with_one_digest() -> None:
    parts = real_method().parts
    assert Method.of(json.loads(canonical(parts))) == real_method()
    for name in parts:
        assert Method.of({file: data for file, data in parts.items() if file != name}) != real_method()


def test_the_small_copy_has_no_fault(tmp_path: Path) -> None:
    assert read_definitions(small_copy(tmp_path)).faults == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_name_that_no_file_knows_is_told_where_it_is_used_and_nothing_else_is(row: Changed, tmp_path: Path) -> None:
    folder = small_copy(tmp_path)
    (folder / row.file).write_text(row.text(), encoding="utf-8")
    assert in_order(list(read_definitions(folder).faults)) == row.expected()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (MECHANISM, {(MECHANISM, "this file is missing")}),
        (REPORT, {(REPORT, "this file is missing")}),
        ("calendar.yaml", {("calendar.yaml", "this file is missing")}),
        (HEAD, {(MECHANISM, "unknown questionnaire 'mem-7'")}),
        (SECTION, {(HEAD, f"the file {SECTION} is missing")}),
        (
            PLAN,
            {
                (MECHANISM, "unknown plan 'hemispheric-2016-2020'"),
                (HEAD, "unknown plan 'hemispheric-2016-2020'"),
                (REPORT, "unknown level 'area'"),
                (REPORT, "unknown level 'objective'"),
                (REPORT, "unknown level 'action'"),
            },
        ),
    ],
)
def test_a_missing_file_is_told_wherever_it_is_missed(gone: str, told: set[tuple[str, str]], tmp_path: Path) -> None:
    folder = small_copy(tmp_path)
    (folder / gone).unlink()
    assert {(fault.file, fault.message) for fault in read_definitions(folder).faults} == told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("country_evaluation.yaml", "", "this is no mapping of keys"),
        ("country_evaluation.yaml", "country_evaluation\n", "this is no mapping of keys"),
        ("country_evaluation.yaml", "- workflow: country_evaluation\n", "this is no mapping of keys"),
        ("country_evaluation.yaml", "workflw: country_evaluation\n",
         "nothing refers to this file, and it has no key 'workflow'"),
        ("notes.yaml", "stages: {}\n", "nothing refers to this file, and it has no key 'workflow'"),
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_is_told(name: str, text: str, told: str, tmp_path: Path) -> None:
    folder = small_copy(tmp_path)
    (folder / name).write_text(text, encoding="utf-8")
    found = read_definitions(folder).faults
    assert [fault for fault in found if fault.file == name] == [Fault(name, 1, "", told)]


def test_a_folder_with_a_script_of_a_demo_has_no_file_too_many(tmp_path: Path) -> None:
    folder = small_copy(tmp_path)
    (folder / "demo.yaml").write_text((MEM / "demo.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert read_definitions(folder).faults == ()


def test_faults_come_in_the_order_of_files_and_lines_each_once(tmp_path: Path) -> None:
    folder = small_copy(tmp_path)
    (folder / PLAN).unlink()
    (folder / "calendar.yaml").write_text("days: {}\n")
    found = read_definitions(folder).faults
    assert [(fault.file, fault.line) for fault in found] == sorted((fault.file, fault.line) for fault in found)
    assert len(set(found)) == len(found)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = read_definitions(tmp_path / "gone")
    assert Fault(str(tmp_path / "gone"), 1, "", "there is no such folder") in found.faults
    assert found.parts == {}


def verb(one: Guard | Effect) -> Verb:
    return Verb(one.params, one.subjects, one.about, one.needs, one.walk)


def test_the_words_of_the_data_are_the_guards_and_effects_with_all_that_the_check_asks_of_them() -> None:
    assert VOCABULARY.guards == {name: verb(guard) for name, guard in GUARDS.items()}
    assert VOCABULARY.effects == {name: verb(effect) for name, effect in EFFECTS.items()}
    assert not set(VOCABULARY.guards) & set(VOCABULARY.effects)


def test_what_speaks_of_other_subjects_says_what_that_means_to_a_walk() -> None:
    verbs = {**VOCABULARY.guards, **VOCABULARY.effects}
    assert {name for name, one in verbs.items() if one.about is not None and one.walk is Walk.FREE} == set()
    assert {one.walk for one in verbs.values()} == {*Walk}

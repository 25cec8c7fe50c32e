"""Is every question that does not fit its plan, its type or the others found with its file, line and path?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order, real_folder

from mem.core.yaml import Fault, Source
from mem.plans.definition import check_plans
from mem.questionnaires.check import check_questionnaires
from mem.workflow.loader import Folder

HEAD = "questionnaires/mem-7.yaml"
IS = "questionnaires/mem-7/IS.yaml"
NAME = "  - key: is_1_1_name  # 7R\n    units: [IS-1.1]\n    type: text\n    shown_if: is_1_1 == true\n"
FIRST = "  - key: is_1_1  # 7R\n    units: [IS-1.1]\n    type: yes_no\n"

ROWS = [
    Changed(
        "an unknown plan",
        HEAD,
        "plan: hemispheric-2016-2020",
        "plan: hemispheric-2030",
        (Expected("plan: hemispheric-2030", "plan", "unknown plan 'hemispheric-2030'"),),
    ),
    Changed(
        "a section without a file",
        HEAD,
        "sections: [IS, DR, SR, CM, IC]",
        "sections: [IS, DR, SR, CM, IC, XX]",
        (Expected("sections: [", "sections.5", "the file questionnaires/mem-7/XX.yaml is missing"),),
    ),
    Changed(
        "a head without years",
        HEAD,
        "years: [2016, 2017, 2018]\n",
        "years: []\n",
        (Expected("years: []", "years", "List should have at least 1 item after validation, not 0"),),
    ),
    Changed(
        "an unknown unit",
        IS,
        NAME,
        NAME.replace("[IS-1.1]", "[IS-1.1, IS-9.9]"),
        (
            Expected(
                "[IS-1.1, IS-9.9", "questions.1.units.1", "unknown unit 'IS-9.9' of plan 'hemispheric-2016-2020'"
            ),
        ),
    ),
    Changed(
        "an unknown type",
        IS,
        NAME,
        NAME.replace("type: text", "type: poem"),
        (Expected("type: poem", "questions.1.type", "unknown type 'poem'"),),
    ),
    Changed(
        "a type without the choices it needs",
        IS,
        FIRST,
        FIRST.replace("yes_no", "single_choice"),
        (Expected("  - key: is_1_1  #", "questions.0.choices", "type 'single_choice' needs 'choices'"),),
    ),
    Changed(
        "a type without the rows it needs",
        IS,
        FIRST,
        FIRST.replace("yes_no", "table_by_year"),
        (Expected("  - key: is_1_1  #", "questions.0.rows", "type 'table_by_year' needs 'rows'"),),
    ),
    Changed(
        "a type with choices that it does not take",
        IS,
        FIRST,
        FIRST + "    choices:\n      - {code: maybe, label: {en: Maybe}}\n",
        (
            Expected(
                "type: yes_no\n    choices:", "questions.0.choices", "type 'yes_no' does not take 'choices'"
            ),
        ),
    ),
    Changed(
        "a type with rows that it does not take",
        IS,
        FIRST,
        FIRST + "    rows: [{code: maybe, label: {en: Maybe}}]\n",
        (Expected("    rows: [", "questions.0.rows", "type 'yes_no' does not take 'rows'"),),
    ),
    Changed(
        "a choice that stands twice",
        IS,
        "      - {code: independent,",
        "      - {code: part_of_other,",
        (
            Expected(
                "forma parte del presupuesto de otro organismo?\n    choices:", "questions.10.choices",
                "the code 'part_of_other' stands twice",
            ),
        ),
    ),
    Changed(
        "a single choice that excludes others",
        IS,
        "      - {code: independent,",
        "      - {code: independent, exclusive: true,",
        (
            Expected(
                "{code: independent, exclusive", "questions.10.choices.0.exclusive",
                "type 'single_choice' does not take 'exclusive'",
            ),
        ),
    ),
    Changed(
        "choices that all exclude each other",
        IS,
        FIRST,
        FIRST.replace("yes_no", "multi_choice") + "    choices: [{code: none, label: {en: None}, exclusive: true}]\n",
        (
            Expected(
                "    choices: [{", "questions.0.choices", "every choice is exclusive: nothing is ever chosen together"
            ),
        ),
    ),
    Changed(
        "a row that stands twice and another one too",
        IS,
        "      - {code: management, label: {en: Management, es: Dirección}}\n",
        "      - {code: technical, label: {en: T}}\n"
        "      - {code: administrative, label: {en: A}}\n      - {code: administrative, label: {en: B}}\n",
        tuple(
            Expected("unit: {en: persons, es: personas}\n    rows:", "questions.11.rows",
                     f"the code '{code}' stands twice")
            for code in ("administrative", "technical")
        ),
    ),
    Changed(
        "an unknown question in a condition",
        IS,
        NAME,
        NAME.replace("is_1_1 == true", "is_9_9 == true && is_1_1 == true && is_8_8 == true"),
        (
            Expected("shown_if: is_9_9", "questions.1.shown_if", "unknown question 'is_8_8'"),
            Expected("shown_if: is_9_9", "questions.1.shown_if", "unknown question 'is_9_9'"),
        ),
    ),
    Changed(
        "an unknown function in a condition",
        IS,
        NAME,
        NAME.replace("is_1_1 == true", "is_it_so(is_1_1)"),
        (Expected("shown_if: is_it_so", "questions.1.shown_if", "unknown function 'is_it_so'"),),
    ),
    Changed(
        "a macro in a condition, whose variable is no question",
        IS,
        NAME,
        NAME.replace("is_1_1 == true", "is_2_1.exists(one, one == 'none')"),
        (Expected("shown_if: is_2_1.exists", "questions.1.shown_if", "unknown question 'one'"),),
    ),
    Changed(
        "a condition that is longer than it may be",
        IS,
        NAME,
        NAME.replace("is_1_1 == true", "is_1_1 == true" + " || is_1_1 == true" * 120),
        (Expected("== true" + " || is_1_1 == true" * 120, "questions.1.shown_if", "longer than 2000 characters"),),
    ),
    Changed(
        "a condition on the question itself",
        IS,
        NAME,
        NAME.replace("is_1_1 == true", "is_1_1_name == 'x'"),
        (
            Expected(
                "is_1_1_name == 'x'", "questions.1.shown_if", "conditions go in a circle: is_1_1_name → is_1_1_name"
            ),
        ),
    ),
    Changed(
        "two conditions that wait for each other",
        IS,
        FIRST,
        FIRST + "    shown_if: is_1_1_name == 'x'\n",
        (
            Expected(
                "shown_if: is_1_1_name", "questions.0.shown_if",
                "conditions go in a circle: is_1_1 → is_1_1_name → is_1_1",
            ),
        ),
    ),
]  # fmt: skip

SHAPES = [
    Changed(
        "an unknown key of a question",
        IS,
        FIRST,
        FIRST + "    colour: red\n",
        (Expected("colour", "questions.0.colour", "Extra inputs are not permitted"),),
    ),
    Changed(
        "a question without units",
        IS,
        FIRST,
        FIRST.replace("[IS-1.1]", "[]"),
        (Expected("units: []", "questions.0.units", "List should have at least 1 item after validation, not 0"),),
    ),
]


def faults_of(folder: Folder) -> list[Fault]:
    trees, _ = check_plans(folder)
    return check_questionnaires(folder, trees)[1]


def test_the_real_questionnaires_have_no_fault() -> None:
    trees, _ = check_plans(real_folder())
    assert check_questionnaires(real_folder(), trees) == ({"mem-7"}, [])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_one_thing_that_does_not_fit_is_told_with_its_file_line_and_path_and_nothing_else_is(
    row: Changed, tmp_path: Path
) -> None:
    assert in_order(faults_of(row.folder(tmp_path))) == row.expected()


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: row.says)
def test_a_question_of_another_shape_is_told_with_its_line(row: Changed, tmp_path: Path) -> None:
    found = in_order(faults_of(row.folder(tmp_path)))
    assert [fault for fault in found if fault.file == row.file] == row.expected()


def test_a_key_that_stands_twice_is_told_also_across_sections(tmp_path: Path) -> None:
    other = "questionnaires/mem-7/DR.yaml"
    number = [asked["key"] for asked in real_folder().sources[other].data["questions"]].index("dr_5_3")
    twice = Expected("key: is_1_1", f"questions.{number}.key", "the key 'is_1_1' stands twice")
    row = Changed("a key of another section", other, "  - key: dr_5_3\n", "  - key: is_1_1\n", (twice,))
    found = faults_of(row.folder(tmp_path))
    assert [fault for fault in found if "twice" in fault.message] == row.expected()


def test_two_files_that_define_one_questionnaire_are_told_at_the_second() -> None:
    real = real_folder()
    twin = Source("questionnaires/twin.yaml", real.sources[HEAD].data, real.sources[HEAD].lines)
    faults = faults_of(Folder(real.path, {**real.sources, twin.file: twin}, ()))
    line = twin.lines[("questionnaire",)]
    assert faults == [Fault(twin.file, line, "questionnaire", "'mem-7' is defined twice")]


@pytest.mark.parametrize("condition", ["is_1_1 ==", "is_1_1 = true", "is_1_1 == true or is_1_1 == false", "''x"])
def test_a_condition_that_is_no_expression_is_told(condition: str, tmp_path: Path) -> None:
    row = Changed("no expression", IS, NAME, NAME.replace("is_1_1 == true", f'"{condition}"'), ())
    (fault,) = faults_of(row.folder(tmp_path))
    text = row.text()
    line = text.count("\n", 0, text.index(condition)) + 1
    assert (fault.file, fault.line, fault.path) == (IS, line, "questions.1.shown_if")
    assert fault.message.startswith("not a CEL expression: ")

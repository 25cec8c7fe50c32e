"""Is a suspension that nothing ends found, a sight that comes from nowhere, and an opening of what is never opened?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.process.methods import VOCABULARY
from mem.workflow.check import check

EVALUATION, ROUND = "country_evaluation.yaml", "round.yaml"
STAGES = "from: [preparation, designation, evaluation, follow_up]\n    to: same\n    while: suspended"

CASES = [
    Changed(
        "a suspension that nothing ends in one stage", ROUND, STAGES, STAGES.replace(", follow_up", ""),
        (Expected("effects: [suspend", "transitions.4.effects",
                  "'suspend' suspends in 'follow_up', and nothing ends that there"),),
    ),
    Changed(
        "what is for the suspended where nothing suspends", ROUND,
        "    to: same\n    by: [mem_unit]\n    needs: [reason]\n    effects: [suspend]\n",
        "    to: same\n    by: [mem_unit]\n    needs: [reason]\n",
        (Expected("while: suspended", "transitions.5.while", "no transition of this workflow suspends"),),
    ),
    Changed(
        "a word that `while` does not know", ROUND, "while: always", "while: sleeping",
        (Expected("while: sleeping", "transitions.6.while",
                  "Input should be 'running', 'suspended' or 'always'"),),
    ),
    Changed(
        "a suspension without a reason", ROUND,
        "    to: same\n    by: [mem_unit]\n    needs: [reason]\n    effects: [suspend]\n",
        "    to: same\n    by: [mem_unit]\n    effects: [suspend]\n",
        (Expected("- trigger: suspend", "transitions.4.needs",
                  "'suspend' needs 'reason' to come with the trigger"),),
    ),
    Changed(
        "a stage that is called as what stays", "recommendation.yaml", "  closed:\n",
        "  same:\n    title: {en: S, es: S, fr: S, pt: S}\n    final: true\n  closed:\n",
        (
            Expected("\n  same:", "stages.same",
                     "'same' says that a transition stays where it is: no name for a stage"),
            Expected("\n  same:", "stages.same", "never reached from the initial stage"),
        ),
    ),
    Changed(
        "a final stage that only stays is none that is left", ROUND,
        "from: [preparation, designation, evaluation, follow_up]\n    to: same\n    by",
        "from: [preparation, designation, evaluation, follow_up, closed]\n    to: same\n    by",
        (Expected("effects: [suspend", "transitions.4.effects",
                  "'suspend' suspends in 'closed', and nothing ends that there"),),
    ),
    Changed(
        "a sight that comes from nowhere", EVALUATION, "    waits_for: mem_unit\n  answering:",
        "    waits_for: mem_unit\n    sees_as_before: true\n  answering:",
        (
            Expected("waits_for: mem_unit\n    sees_as_before: true", "stages.enrolled.sees_as_before",
                     "no stage comes before the initial one"),
            Expected("to: cancelled", "transitions.18.to",
                     "'cancelled' shows what 'enrolled' showed, which says so of another"),
        ),
    ),
    Changed(
        "an opening of unknown days", EVALUATION, "days: clarification", "days: a_while",
        (Expected("days: a_while", "openings.clarification.days", "'a_while' is not in calendar.yaml"),),
    ),
    Changed(
        "an opening of what is never opened", EVALUATION, "days: reopening\n    artefacts: [answers, evidence]",
        "days: reopening\n    artefacts: [answers, findings]",
        (Expected("artefacts: [answers, findings", "openings.reopening.artefacts.1",
                  "'findings' of a country_evaluation is never opened again"),),
    ),
    Changed(
        "a number of persons that there is not", EVALUATION, "whole: two_persons", "whole: three_persons",
        (Expected("whole: three_persons", "openings.reopening.whole",
                  "Input should be 'never', 'one_person' or 'two_persons'"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", CASES, ids=lambda row: row.says)
def test_one_thing_wrong_with_an_incident_is_told_where_it_stands(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()

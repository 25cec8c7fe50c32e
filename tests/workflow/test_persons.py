"""Is what is wrong with those who fire and approve a transition found where it stands?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.process.methods import VOCABULARY
from mem.workflow.check import check

EVALUATION = "country_evaluation.yaml"
PUBLISHED = "second: [mem_unit]\n    guards: [report_was_approved]"

PERSONS = [
    Changed(
        "a second person of an unknown role",
        EVALUATION,
        PUBLISHED,
        PUBLISHED.replace("[mem_unit]", "[mem_unit, chief]"),
        (Expected("second: [mem_unit, chief]", "transitions.14.second.1", "unknown role 'chief'"),),
    ),
    Changed(
        "a second person who may not",
        EVALUATION,
        PUBLISHED,
        PUBLISHED.replace("[mem_unit]", "[auditor]"),
        (
            Expected(
                "second: [auditor]", "transitions.14.second.0", "role 'auditor' lacks the capability 'advance'"
            ),
        ),
    ),
    Changed(
        "two persons where a lapse moves too",
        EVALUATION,
        "    to: revision\n    by: []\n",
        "    to: revision\n    by: []\n    second: [mem_unit]\n",
        (
            Expected(
                "by: []\n    second: [mem_unit]",
                "transitions.9.second",
                "a lapse or an effect fires 'deem_no_more_comments', and it takes two persons",
            ),
        ),
    ),
    Changed(
        "a time for the second that the calendar does not know",
        "mechanism.yaml",
        "second_within: second_person",
        "second_within: some_time",
        (Expected("second_within: some_time", "second_within", "'some_time' is not in calendar.yaml"),),
    ),
    Changed(
        "who fires without seeing what is fired",
        EVALUATION,
        "    to: compilation\n    by: [national_coordinating_entity]",
        "    to: compilation\n    by: [national_coordinating_entity, coordinator]",
        (
            Expected(
                "by: [national_coordinating_entity, coordinator]",
                "transitions.2.by.1",
                "role 'coordinator' does not see progress in 'answering'",
            ),
        ),
    ),
    Changed(
        "who approves without seeing what is fired, in one of several stages",
        EVALUATION,
        "[enrolled, answering]\n    to: not_participating\n    by: [mem_unit]\n",
        "[compilation, answering]\n    to: not_participating\n    by: [mem_unit]\n    second: [coordinator]\n",
        (
            Expected(
                "second: [coordinator]",
                "transitions.1.second.0",
                "role 'coordinator' does not see progress in 'answering'",
            ),
        ),
    ),
    Changed(
        "who fires without seeing the recommendation",
        "recommendation.yaml",
        "by: [national_coordinating_entity]",
        "by: [coordinator]",
        (
            Expected(
                "to: reported\n    by: [coordinator]",
                "transitions.0.by.0",
                "role 'coordinator' does not see progress in 'issued'",
            ),
        ),
    ),
    Changed(
        "a round, which every member sees",
        "round.yaml",
        "  - trigger: close\n    from: follow_up\n    to: closed\n    by: [mem_unit]",
        "  - trigger: close\n    from: follow_up\n    to: closed\n    by: [coordinator]",
        (),
    ),
    Changed("a method that gives the second all the time", "mechanism.yaml", "second_within: second_person", "#", ()),
]  # fmt: skip


@pytest.mark.parametrize("row", PERSONS, ids=lambda row: row.says)
def test_who_fires_and_who_approves_must_exist_and_may(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()

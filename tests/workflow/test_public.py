"""Is it told where a stage is marked public and nothing is, or is not and the report is?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.core.yaml import Source
from mem.process.methods import VOCABULARY
from mem.workflow.check import check
from mem.workflow.definition import Workflow
from mem.workflow.public import public_faults

PUBLISHED, TO = "    to: published", "transitions.14.to"
ROWS = [
    Changed(
        "a report that is public in a stage that is not marked",
        "country_evaluation.yaml",
        "    public: true\n",
        "",
        (Expected(PUBLISHED, TO, "'published' is not marked public, and from 'approved' the report is"),),
    ),
    Changed(
        "a stage that is marked, with nothing published",
        "country_evaluation.yaml",
        "effects: [publish_report, issue_recommendations]",
        "effects: [issue_recommendations]",
        (Expected(PUBLISHED, TO, "'published' is marked public, and from 'approved' nothing is published"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_stage_is_marked_public_exactly_where_the_report_is(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()


def way(stages: str, to: str, *effects: str) -> dict[str, Any]:
    return {"trigger": "go", "from": stages.split(), "to": to, "by": [], "effects": [*effects]}


@pytest.mark.parametrize(
    ("public", "ways", "told"),
    [
        ("", [way("a", "b")], []),
        ("b", [way("a", "b", "publish")], []),
        ("b c", [way("a", "b", "publish"), way("b", "c")], []),
        ("b c", [way("a", "b", "publish"), way("b", "c"), way("a", "c", "publish")], []),
        ("b", [way("a", "b", "publish"), way("b", "c")], [("transitions.1.to", "c")]),
        ("b", [way("a", "b", "publish"), way("b", "a")], [("transitions.1.to", "a")]),
        ("b", [way("a", "b", "publish"), way("c", "b")], [("transitions.1.to", "b")]),
        ("b c", [way("a", "b", "publish"), way("a b", "c")], [("transitions.1.to", "c")]),
        ("a", [], [("initial", "a")]),
        ("", [way("a", "b", "publish")], [("transitions.0.to", "b")]),
        ("", [way("a", "nowhere", "publish")], []),
    ],
)
def test_what_was_published_stays_public(public: str, ways: list[Any], told: Sequence[tuple[str, str]]) -> None:
    data = {
        "workflow": "w", "version": 1, "subject": "country_evaluation", "initial": "a",
        "stages": {name: {"title": {"en": name}, "public": name in public.split()} for name in "abc"},
        "transitions": ways or [way("a", "a")],
    }  # fmt: skip
    found = list(public_faults(Source("w.yaml", data, {}), Workflow.model_validate(data), {"publish"}))
    assert [(fault.path, fault.message.split("'")[1]) for fault in found] == told

"""Does a page say what the report says: in order, under headings that skip no level, each with its place?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from mem.web.view import Line, ReportView, RoundGroup, Step, anchor, in_order, report_view, steps
from mem.web.words import Passage, words_by_language

EN = words_by_language()["en"]


@dataclass(frozen=True)
class Value:
    code: str
    rank: int | None
    label: dict[str, str] = field(default_factory=lambda: {"en": "so"})


SCALE = [Value("low", 0), Value("outside", None), Value("high", 7), Value("middle", 3)]


def paragraph(key: str, block: str, depth: int = 0, rating: str | None = None, **more: Any) -> dict[str, Any]:
    unit = key.partition("/")[0] if "/" in key else None
    text = {"en": f"{unit} wording" if block == "heading" else f"text of {key}"}
    return {
        "key": key, "block": block, "unit": unit, "depth": depth, "text": text, "rating": rating, "sources": [], **more
    }  # fmt: skip


def shown(*paragraphs: dict[str, Any], numbers: dict[str, int] | None = None) -> ReportView:
    return report_view(EN, {"en": "A report"}, paragraphs, steps(EN, SCALE), numbers or {})


REPORT = (
    paragraph("notice", "synthetic_notice"),
    paragraph("opening", "sentence"),
    paragraph("A/heading", "heading", 1),
    paragraph("A-1/heading", "heading", 2),
    paragraph("A-1.1/heading", "heading", 3),
    paragraph("A-1.1/rating", "rating", rating="high"),
    paragraph("A-1.1/recommendation", "recommendation"),
    paragraph("A-2/heading", "heading", 2),
    paragraph("A-2.1/heading", "heading", 3),
    paragraph("A-2.1/rating", "rating", rating="low"),
    paragraph("B/heading", "heading", 1),
    paragraph("B-1/heading", "heading", 2),
    paragraph("B-1.1/heading", "heading", 3),
    paragraph("B-1.1/rating", "rating", rating="high"),
    paragraph("C/exclusions", "exclusions"),
    paragraph("D/exclusions", "exclusions"),
)


def test_every_paragraph_is_shown_once_in_its_order_and_notices_stand_above() -> None:
    view = shown(*REPORT)
    assert [item.anchor for item in (*view.notices, *view.items)] == [anchor(one["key"]) for one in REPORT]
    assert [item.block for item in view.notices] == ["synthetic_notice"]


def test_a_heading_gives_its_code_and_its_wording_apart() -> None:
    item = shown(paragraph("A-1/heading", "heading", 1)).items[0]
    assert (item.code, item.said) == ("A-1", Passage("wording"))


@pytest.mark.parametrize(
    ("depths", "levels"),
    [
        ([1, 2, 3, 3, 2, 1], [2, 3, 4, 4, 3, 2]),
        ([2, 3, 1], [2, 3, 2]),
        ([1, 3, 3], [2, 3, 4]),
        ([1, 2, 3, 4, 5, 6, 7], [2, 3, 4, 5, 6, 6, 6]),
    ],
)
def test_headings_never_skip_a_level(depths: list[int], levels: list[int]) -> None:
    view = shown(*(paragraph(f"U{n}/heading", "heading", depth) for n, depth in enumerate(depths)))
    assert [item.level for item in view.items] == levels


def test_what_was_left_out_opens_a_part_of_its_own_once() -> None:
    view = shown(*REPORT, paragraph("E/heading", "heading", 3), paragraph("F/exclusions", "exclusions"))
    assert [item.code for item in view.items if item.opens] == ["C"]
    assert view.left_out
    assert next(item.level for item in view.items if item.code == "E") == 3
    assert not shown(*REPORT[:-2]).left_out


def test_the_contents_hold_the_two_upper_levels() -> None:
    sections = shown(*REPORT).sections
    assert [(one.code, [below.code for below in one.below]) for one in sections] == [
        ("A", ["A-1", "A-2"]),
        ("B", ["B-1"]),
    ]


@pytest.mark.parametrize("depths", [[1, 1], [1, 2, 2, 1]])
def test_the_contents_of_a_flat_report_hold_the_upper_level(depths: list[int]) -> None:
    view = shown(*(paragraph(f"U{n}/heading", "heading", depth) for n, depth in enumerate(depths)))
    assert len(view.sections) == depths.count(1)
    assert all(section.below == [] for section in view.sections)


def test_ratings_are_counted_for_each_part_and_the_whole_in_the_order_of_the_scale() -> None:
    view = shown(*REPORT)
    assert [(one.step.code, one.count) for one in view.counts] == [("low", 1), ("high", 2)]
    assert [[(one.step.code, one.count) for one in section.counts] for section in view.sections] == [
        [("low", 1), ("high", 1)],
        [("high", 1)],
    ]
    assert [(one.start, one.width) for one in view.counts] == [("0.00%", "33.33%"), ("33.33%", "66.67%")]


def test_a_rating_that_the_scale_does_not_know_is_counted_by_its_code() -> None:
    view = shown(paragraph("A/rating", "rating", rating="odd"))
    assert [(one.step.label, one.step.shade, one.count) for one in view.counts] == [(Passage("odd"), "x", 1)]
    assert view.items[0].shade == "x"


def test_shades_go_from_the_highest_rank_to_the_lowest_whatever_the_order_of_the_scale() -> None:
    assert steps(EN, SCALE) == {
        code: Step(code, Passage("so"), shade)
        for code, shade in (("low", "4"), ("outside", "x"), ("high", "0"), ("middle", "2"))
    }
    assert [one.shade for one in steps(EN, [Value("only", 1)]).values()] == ["0"]


def test_a_recommendation_bears_the_number_it_was_issued_under() -> None:
    view = shown(*REPORT, numbers={"A-1.1": 4})
    assert [(item.code, item.number) for item in view.recommended] == [("A-1.1", 4)]
    assert [item.number for item in view.items if item.code == "A-1.1"] == [0, 0, 4]


def test_two_paragraphs_with_one_key_have_two_places() -> None:
    view = shown(paragraph("A/sentence", "sentence"), paragraph("A/sentence", "sentence"))
    assert [item.anchor for item in view.items] == ["p-A-sentence", "p-A-sentence_2"]


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("preface", "p-preface"),
        ("IS-1.1/finding", "p-IS-1.1-finding"),
        ('a" onload="x', "p-a_22__20_onload_3d__22_x"),
        ("é<", "p-_e9__3c_"),
    ],
)
def test_an_anchor_is_stable_and_plain(key: str, place: str) -> None:
    assert anchor(key) == place


def line(name: str, day: int, cycle: str = "main") -> Line:
    return Line(Passage(name), cycle, "/", 1, "", datetime(2026, 3, day, tzinfo=UTC))


def test_rounds_come_newest_first_and_states_as_a_reader_looks_for_them() -> None:
    old = RoundGroup("old", Passage("m"), False, [line("Zeta", 1)])
    new = RoundGroup("new", Passage("m"), True, [line("Überland", 1), line("alpha", 5), line("Éden", 2)])
    assert [group.title for group in in_order([old, new])] == ["new", "old"]
    assert [one.state.text for one in new.lines] == ["alpha", "Éden", "Überland"]


def test_cycles_are_told_apart_only_where_there_are_several() -> None:
    assert not RoundGroup("r", Passage("m"), False, [line("A", 1), line("B", 1)]).cycles
    assert RoundGroup("r", Passage("m"), False, [line("A", 1), line("A", 1, "second")]).cycles

"""What does the person at the terminal see of a run: where it stands, and what came of it?"""

from __future__ import annotations

import io
import re
from typing import Any

from rich.console import Console

from mem.demo.show import COLUMNS, bars, table
from mem.demo.stage import Evaluation, Stage

SCRIPT: dict[str, Any] = {"round": {"cycles": [{"kind": "whole"}]}, "personas": {}}
MECHANISM: dict[str, Any] = {
    "cycles": {"whole": {"workflow": "of_a_state"}},
    "workflows": {"of_a_state": {"stages": {"answering": {"en": "Answering"}, "review": {"es": "Examen"}}}},
    "members": [
        {"code": "BRB", "names": {"en": "Barbados"}},
        {"code": "CHL", "names": {"es": "Chile"}},
        {"code": "JAM", "names": {"en": "Jamaica"}},
    ],
}
TOTALS = {name: 1_000 * number for number, name in enumerate(COLUMNS, start=1)} | {"published": 2}


def a_stage() -> Stage:
    """Three states of which one does not take part."""
    stage = Stage(SCRIPT, MECHANISM, 1, ["BRB", "CHL", "JAM"], frozenset({"JAM"}))
    stage.round = {"title": "An invented round"}
    stage.evaluations = [Evaluation("e1", "BRB", 0), Evaluation("e2", "CHL", 1)]
    return stage


def written(width: int = 200) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, width=width), file


def line_with(text: str, word: str) -> list[str]:
    """The cells of the one line of a table in which a word stands."""
    (line,) = [line for line in text.splitlines() if word in line]
    return re.split(r"\s{2,}", line.strip())


def test_the_table_has_a_line_for_each_state_and_the_totals() -> None:
    console, file = written()
    stage = a_stage()
    stage.count("answers", 1_234, "BRB")
    stage.count("comments", 6, "BRB")
    table(console, stage, TOTALS)
    text = file.getvalue()
    assert line_with(text, "Barbados") == ["Barbados", "1,234", "0", "0", "0", "6", "0"]
    assert line_with(text, "Total") == ["Total", *(f"{TOTALS[name]:,}" for name in COLUMNS)]
    assert "An invented round: SYNTHETIC data" in text
    assert text.splitlines()[-1] == "2 reports published; 1 not participating (–)."


def test_a_state_that_does_not_take_part_is_shown_without_counts() -> None:
    console, file = written()
    table(console, a_stage(), TOTALS)
    assert line_with(file.getvalue(), "Jamaica") == ["Jamaica", *["–"] * len(COLUMNS)]


def test_a_state_without_an_english_name_is_shown_by_its_code() -> None:
    console, file = written()
    table(console, a_stage(), TOTALS)
    assert line_with(file.getvalue(), "CHL")[0] == "CHL"


def test_the_table_is_whole_where_no_terminal_gives_its_width() -> None:
    console, file = written(width=40)
    table(console, a_stage(), TOTALS)
    assert line_with(file.getvalue(), "Answers") == ["State", *(name.capitalize() for name in COLUMNS)]
    assert line_with(file.getvalue(), "Total")[1] == "1,000"


def test_in_80_columns_no_word_and_no_number_is_cut() -> None:
    file = io.StringIO()
    stage = a_stage()
    long = {"code": "BRB", "names": {"en": "Saint Somebody and all the Islands"}}
    stage.mechanism = {**MECHANISM, "members": [long, *MECHANISM["members"][1:]]}
    table(Console(file=file, width=80, force_terminal=True, color_system=None), stage, TOTALS)
    text = file.getvalue()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert line_with(text, "Responses") == ["State", *(name.capitalize() for name in COLUMNS)]
    assert line_with(text, "Total")[1:] == [f"{TOTALS[name]:,}" for name in COLUMNS]
    assert "…" not in text
    assert "Islands" in text


def test_each_stage_that_evaluations_leave_gets_a_bar_that_counts_them() -> None:
    console, file = written()
    with bars(console, a_stage()) as report:
        report("of_a_state", "answering", "BRB")
        report("of_a_state", "answering", "CHL")
        report("of_a_state", "review", "CHL")
    counted = dict(re.findall(r"^(\w+) .*?(\d/\d)", file.getvalue(), re.MULTILINE))
    assert counted == {"Answering": "2/2", "Examen": "1/2"}


def test_a_stage_that_the_round_leaves_is_told_in_a_line() -> None:
    console, file = written()
    with bars(console, a_stage()) as report:
        report("of_the_round", "preparation", "")
    assert file.getvalue().splitlines()[0].strip() == "An invented round: left 'preparation'"

"""What does the person at the terminal see? Bars while it runs; at the end a table by state and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from mem.demo.driver import Progress as Report
from mem.demo.stage import Stage

ABSENT = "–"
COLUMNS = ("answers", "evidence", "findings", "ratings", "comments", "responses")


@contextmanager
def bars(console: Console, stage: Stage) -> Iterator[Report]:
    """A bar for each stage that evaluations pass through, in the order of the road."""
    kind = stage.script["round"]["cycles"][0]["kind"]
    road = str(stage.mechanism["cycles"][kind]["workflow"])
    stages = stage.mechanism["workflows"][road]["stages"]
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=False) as progress:
        tasks: dict[str, Any] = {}

        def report(workflow: str, left: str, state: str) -> None:
            if workflow != road:
                progress.console.print(f"  {stage.round['title']}: left '{left}'", highlight=False)
                return
            if left not in tasks:
                title = stages[left].get("en") or next(iter(stages[left].values()))
                tasks[left] = progress.add_task(title, total=len(stage.evaluations))
            progress.advance(tasks[left])

        yield report


def table(console: Console, stage: Stage, totals: Mapping[str, Any]) -> None:
    """The table by state, in the order of the road, and the totals. It fits 80 columns; a longer name is folded."""
    shown = Table(title=f"{stage.round['title']}: SYNTHETIC data", title_style="bold", box=box.SIMPLE_HEAD)
    shown.show_edge, shown.padding = False, (0, 1, 0, 0)
    shown.add_column("State", overflow="fold")
    for name in COLUMNS:
        shown.add_column(name.capitalize(), justify="right", no_wrap=True, min_width=len(name))
    names = {member["code"]: member["names"] for member in stage.mechanism["members"]}
    for state in stage.states:
        name = names[state].get("en") or state
        counted = stage.by_state.get(state, Counter())
        shown.add_row(name, *[ABSENT if state in stage.absent else f"{counted[column]:,}" for column in COLUMNS])
    shown.add_section()
    shown.add_row("Total", *[f"{totals[column]:,}" for column in COLUMNS])
    absent = f"; {len(stage.absent)} not participating ({ABSENT})" if stage.absent else ""
    wide = console if console.is_terminal else Console(file=console.file, width=120)
    wide.print(shown)
    wide.print(f"{totals['published']} reports published{absent}.", highlight=False)

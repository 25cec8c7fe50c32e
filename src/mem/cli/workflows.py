"""What can be done with a method before anything runs by it, and with a round that does?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mem.cli.operations import at_newest
from mem.cli.terminal import Json, Url, console, fail
from mem.core.clock import now
from mem.core.errors import MemError
from mem.core.work import Work
from mem.methods.method import Method

if TYPE_CHECKING:
    from mem.cli.moving import Report

workflow = typer.Typer(no_args_is_help=True, help="Methods as data.")
Folder = Annotated[Path, typer.Argument(help="A mechanism's folder.")]
Moved = Annotated[list[str] | None, typer.Option("--map", help="old_stage=new_stage, where a stage is gone.")]


def method_in(folder: Path) -> Method:
    """The method of a folder that holds; every fault of one that does not ends the command."""
    from mem.process.methods import read_definitions  # noqa: PLC0415  (heavy; most commands need none of it)

    found = read_definitions(folder)
    if found.faults:
        fail([str(fault) for fault in found.faults])
    return Method.of(found.parts)


@contextmanager
def told() -> Iterator[None]:
    """What is refused ends the command, with every reason."""
    try:
        yield
    except MemError as error:
        about = (f"{one.about}: " if one.about else "" for one in error.reasons)
        fail([error.message, *(f"{which}{one.message}" for which, one in zip(about, error.reasons, strict=True))])


def stages_of(said: Sequence[str] | None) -> dict[str, str]:
    """Which stage takes the place of which."""
    pairs = [one.partition("=") for one in said or ()]
    if any(not (old and new) for old, _, new in pairs):
        fail(["--map takes old_stage=new_stage."])
    return {old: new for old, _, new in pairs}


def _print(report: Report, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report.data(), ensure_ascii=False) + "\n")
        return
    for line in report.lines():
        console.print(line, highlight=False, markup=False)


@workflow.command("check")
def check(folder: Folder) -> None:
    """Check a mechanism's folder: every fault with file, line and path. Exits 1 when there is one."""
    from mem.cli.script import check_script  # noqa: PLC0415
    from mem.process.methods import read_definitions  # noqa: PLC0415

    found = read_definitions(folder)
    method = None if found.faults else Method.of(found.parts)
    faults = dict.fromkeys([*found.faults, *check_script(folder, method)])
    if faults:
        fail([str(fault) for fault in faults])
    console.print(f"{folder}: {len(found.parts)} files, no fault", highlight=False, markup=False)


@workflow.command("diagram")
def diagram(folder: Folder, language: Annotated[str, typer.Option(help="The language of the titles.")] = "en") -> None:
    """Print a page of Mermaid diagrams, one for each workflow."""
    from mem.workflow.diagram import Drawn  # noqa: PLC0415

    method = method_in(folder)
    drawn = Drawn(method.mechanism, method.workflows, method.roles, method.calendar, language)
    sys.stdout.write(drawn.page())


@workflow.command("simulate")
def simulate(
    folder: Folder,
    states: Annotated[int, typer.Option(help="How many states take part.", min=1, max=500)] = 3,
    as_json: Json = False,
) -> None:
    """Walk every path of a definition: stages never reached, dead ends, deadlocks, who waits for whom. Exits 1 when
    there is a finding."""
    from mem.process.methods import VOCABULARY  # noqa: PLC0415
    from mem.workflow.simulate import printed  # noqa: PLC0415
    from mem.workflow.simulate import simulate as walk  # noqa: PLC0415
    from mem.workflow.walk import TooMany  # noqa: PLC0415

    method = method_in(folder)
    try:
        found = walk(method.mechanism, method.workflows, VOCABULARY, states)
    except TooMany as why:
        fail([str(why)])
    if as_json:
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
    else:
        for line in printed(found):
            console.print(line, highlight=False, markup=False)
    if found.findings:
        raise typer.Exit(1)


@workflow.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The old folder; with a round the new one, alone.")],
    new: Annotated[Path | None, typer.Argument(help="The new folder.")] = None,
    round_: Annotated[str, typer.Option("--round", help="A running round, by code or id: what it would notice.")] = "",
    stages: Moved = None,
    as_json: Json = False,
    database_url: Url = "",
) -> None:
    """Print what is different between two methods, and with a round what would be different for everything in it, and
    what stands against moving it."""
    from mem.cli.moving import Report, compared  # noqa: PLC0415

    if bool(round_) == (new is not None):
        fail(["Say two folders, or one and --round."])
    if new is not None:
        _print(Report.of(method_in(old), method_in(new)), as_json)
        return
    method = method_in(old)
    with at_newest(database_url) as database, database.read() as connection, told():
        _print(compared(Work(connection, now()), round_, method, stages_of(stages)), as_json)


@workflow.command("migrate")
def migrate(
    round_: Annotated[str, typer.Option("--round", help="The round, by code or id.")],
    to: Annotated[Path, typer.Option(help="The folder of the new method.")],
    by: Annotated[str, typer.Option(help="Who does it, by name or id; somebody who may open rounds.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")],
    stages: Moved = None,
    as_json: Json = False,
    database_url: Url = "",
) -> None:
    """Move a running round to another method, in one transaction and for the record; or say every reason why not."""
    from mem.cli.moving import moved  # noqa: PLC0415

    new = method_in(to)
    with at_newest(database_url) as database, told(), database.write() as connection:
        _print(moved(Work(connection, now()), round_, new, stages_of(stages), by, reason), as_json)

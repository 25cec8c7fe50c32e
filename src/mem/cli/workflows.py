"""What can be done with a method before anything runs by it, and with a round that does?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mem.cli.terminal import Json, console, fail
from mem.methods.method import Method

workflow = typer.Typer(no_args_is_help=True, help="Methods as data.")
Folder = Annotated[Path, typer.Argument(help="A mechanism's folder.")]


def method_in(folder: Path) -> Method:
    """The method of a folder that holds; every fault of one that does not ends the command."""
    from mem.process.methods import read_definitions  # noqa: PLC0415  (heavy; most commands need none of it)

    found = read_definitions(folder)
    if found.faults:
        fail([str(fault) for fault in found.faults])
    return Method.of(found.parts)


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

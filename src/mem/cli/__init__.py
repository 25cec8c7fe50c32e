"""What can be done from the terminal? Composition only; the work is in the floors below."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mem.cli.backups import backup, restore
from mem.cli.clock import sandbox, tick
from mem.cli.operations import (
    Unfit,
    add_officer,
    at_newest,
    export_ledger,
    prepare,
    verify_files,
    verify_ledger,
)
from mem.cli.terminal import Json, Told, Url, console, errors, fail, settings_of
from mem.cli.workflows import workflow
from mem.core.clock import now
from mem.core.errors import MemError, MethodDamaged
from mem.core.work import Work
from mem.methods.method import Method
from mem.settings import Settings

main = typer.Typer(
    cls=Told,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The engine that drives an evaluation round.",
)
plan = typer.Typer(no_args_is_help=True, help="Plans of action.")
ledger = typer.Typer(no_args_is_help=True, help="The record of what was done.")
people = typer.Typer(no_args_is_help=True, help="Persons and tokens.")
for name, group in {"plan": plan, "workflow": workflow, "ledger": ledger, "people": people}.items():
    main.add_typer(group, name=name)
for command in (backup, restore, sandbox, tick):
    main.command()(command)

LONGEST_NAME = 200


@main.callback()
def private() -> None:
    # whatever a command makes is for whoever gave it alone: the database, the evidence, the keys, an export
    os.umask(0o077)


def _prepare(settings: Settings) -> None:
    """Bring the database to the newest schema, or say why this login may not."""
    try:
        prepare(settings)
    except Unfit as why:
        fail([str(why)])


def _methods(settings: Settings) -> dict[str, Method]:
    """The installed methods, or every fault of theirs."""
    from mem.app import BadDefinitions, installed  # noqa: PLC0415  (heavy; most commands need none of it)

    try:
        return installed(settings.workflows)
    except BadDefinitions as bad:
        fail([str(fault) for fault in bad.faults])


@plan.command("show")
def plan_show(
    code: str,
    as_json: Json = False,
    language: Annotated[str, typer.Option(help="The language of the wording.")] = "en",
) -> None:
    """Print a plan of action as adopted."""
    from mem.plans.definition import printed, tree_of  # noqa: PLC0415

    for method in _methods(settings_of()).values():
        try:
            found = printed(tree_of(method, code).plan, language)
        except LookupError:
            continue
        if as_json:
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        else:
            console.print(f"[bold]{found['title']}[/bold]\n{found['source']}\n")
            for unit in tree_of(method, code).units.values():
                text = unit.text.get(language) or next(iter(unit.text.values()))
                console.print(f"{'  ' * len(unit.parents)}{unit.code} {text}", highlight=False, markup=False)
                for note in unit.notes:
                    console.print(f"{'  ' * len(unit.parents)}  {note}", highlight=False, markup=False)
        return
    fail([f"no installed mechanism has a plan '{code}'"])


@main.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: a free one.", min=0, max=65_535)] = 8000,
    work_every: Annotated[float, typer.Option(help="Seconds between lapses and checkpoints; 0: never.", min=0)] = 60,
    database_url: Url = "",
) -> None:
    """Serve the API and the public pages; migrates the database first."""
    from mem.app import BadDefinitions  # noqa: PLC0415
    from mem.cli.serve import CannotServe, run_server  # noqa: PLC0415

    try:
        run_server(settings_of(database_url), host, port, work_every or None)
    except (CannotServe, Unfit) as why:
        fail([str(why)])
    except BadDefinitions as bad:
        fail(["The methods do not hold; nothing was started:", *(str(fault) for fault in bad.faults)])
    except MethodDamaged as damage:
        fail([f"A pinned method is not what it was; nothing was started: {damage}"])


@main.command()
def migrate(database_url: Url = "") -> None:
    """Bring the database to the newest schema."""
    _prepare(settings_of(database_url))
    console.print("The database is at the newest schema.")


@main.command()
def check(as_json: Json = False, database_url: Url = "") -> None:
    """Ask every invariant of the database, and hold its tables against its record. Exits 1 when one does not hold."""
    from mem.process.held import KEPT, unheld  # noqa: PLC0415
    from mem.process.invariants import INVARIANTS, violations  # noqa: PLC0415

    with at_newest(database_url) as database, database.read() as connection:
        work = Work(connection, now())
        broken = {one.name: one.rows for one in violations(work)}
        broken |= {f"{name}_are_what_the_record_says": rows for name, rows in unheld(work).items()}
    asked = len(INVARIANTS) + len(KEPT)
    if as_json:
        sys.stdout.write(json.dumps({"invariants": asked, "broken": broken}) + "\n")
    else:
        for name, rows in broken.items():
            errors.print(f"{name}: {rows} rows", highlight=False)
        console.print(f"{asked} invariants, {len(broken)} broken")
    if broken:
        raise typer.Exit(1)


@people.command("add")
def people_add(
    person: Annotated[str, typer.Argument(help="The person's name.")],
    role: Annotated[str, typer.Option(help="A role of the mechanism.")],
    mechanism: Annotated[str, typer.Option(help="Which mechanism.")] = "mem",
    state: Annotated[str | None, typer.Option(help="The state, where the role is one of a state.")] = None,
    days: Annotated[int, typer.Option(help="Days until the token expires.", min=1, max=366)] = 90,
    database_url: Url = "",
) -> None:
    """Add a person with a role, and print a new token once: how the first officer comes in."""
    if not 0 < len(person.strip()) <= LONGEST_NAME:
        fail([f"A person has a name of at most {LONGEST_NAME} letters."])
    settings = settings_of(database_url)
    _prepare(settings)
    methods = _methods(settings)
    if mechanism not in methods:
        fail([f"there is no mechanism '{mechanism}' under {settings.workflows}"])
    try:
        token = add_officer(settings, methods[mechanism], person.strip(), role, state, days)
    except MemError as error:
        fail([error.message, *(reason.message for reason in error.reasons)])
    sys.stdout.write(token + "\n")


@ledger.command("export")
def ledger_export(file: Annotated[Path, typer.Argument(help="Where to write.")], database_url: Url = "") -> None:
    """Write every event of every chain, one JSON object a line. It holds everything: keep it secret."""
    with at_newest(database_url):
        console.print(f"{export_ledger(settings_of(database_url), file)} events written", highlight=False)


@ledger.command("verify")
def ledger_verify(
    as_json: Json = False,
    database_url: Url = "",
    export: Annotated[Path | None, typer.Option(help="Verify this export instead of the database, offline.")] = None,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="Signed checkpoints, oldest first.")] = None,
    receipt: Annotated[list[Path] | None, typer.Option(help="Signed receipts.")] = None,
    key: Annotated[str | None, typer.Option(help="The public key that must have signed (base64).")] = None,
) -> None:
    """Recompute every chain, and hold checkpoints and receipts against them. Exits 1 on any fault."""
    if export is None:
        with at_newest(database_url):
            found = verify_ledger(settings_of(database_url))
    else:
        try:
            found = verify_files(export, checkpoint or [], receipt or [], key)
        except (OSError, ValueError, KeyError, TypeError) as error:
            fail([f"one of these files cannot be read as what it should be: {error}"])
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for fault in found["faults"]:
            errors.print(fault, highlight=False, markup=False)
        console.print(f"{found['chains']} chains, {found['events']} events, {len(found['faults'])} faults")
    if found["faults"]:
        raise typer.Exit(1)


@main.command()
def demo(
    states: Annotated[int | None, typer.Option(help="How many states; default all.", min=3)] = None,
    seed: Annotated[int | None, typer.Option(help="Default: the script's.")] = None,
    mechanism: Annotated[str, typer.Option(help="A mechanism's name, or its folder.")] = "mem",
    as_json: Json = False,
    database_url: Url = "",
) -> None:
    """Drive a whole synthetic round over HTTP, over a fresh database."""
    from mem.cli.demo import CannotRun, last_line, run_demo  # noqa: PLC0415

    try:
        totals = run_demo(settings_of(database_url), mechanism, states, seed, quiet=as_json)
    except (CannotRun, Unfit) as why:
        fail([str(why)])
    if as_json:
        sys.stdout.write(last_line(totals) + "\n")
    if not totals["ledger_ok"]:
        raise typer.Exit(1)

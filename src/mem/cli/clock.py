"""How does whoever runs the service make a clock of its own, and have done what is due?"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from mem.cli.operations import Unfit, at_newest, make_sandbox, prepare
from mem.cli.terminal import Json, Url, console, fail, settings_of
from mem.core.clock import now
from mem.core.errors import MemError
from mem.ledger.keys import SigningKey
from mem.sandbox.service import clock_of


def sandbox(
    begins: Annotated[datetime | None, typer.Option("--from", help="When its clock begins (UTC); default now.")] = None,
    database_url: Url = "",
) -> None:
    """Make a new database a sandbox: its clock is set by hand, forward. One that is in use never becomes one."""
    settings = settings_of(database_url)
    try:
        prepare(settings)
        instant = make_sandbox(settings, now() if begins is None else begins.replace(tzinfo=UTC))
    except MemError as error:
        fail([error.message])
    except Unfit as why:
        fail([str(why)])
    console.print(f"This database is a sandbox. Its clock says {instant}.", highlight=False)


def tick(as_json: Json = False, database_url: Url = "") -> None:
    """Do once what is due, as the server does on its clock: fire every lapse, each once, and sign a checkpoint."""
    from mem.jobs.worker import turn  # noqa: PLC0415  (heavy)

    settings = settings_of(database_url)
    with at_newest(database_url) as database:
        key = SigningKey.at(settings.data_dir / "signing-key.pem")
        for lapsed in turn(database, key, clock_of(database)):
            if as_json:
                sys.stdout.write(json.dumps(lapsed.told) + "\n")
            else:
                console.print(str(lapsed), highlight=False, markup=False)

"""Does `mem tick` do once what is due and tell it, and does `mem sandbox` make a clock of its own, once?"""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from tests.cli.test_cli import Command, stands
from tests.cli.test_cli import commenting as commenting
from tests.cli.test_cli import mem as mem
from tests.cli.test_cli import small as small
from tests.demo import runs

from mem.core.clock import now
from mem.core.db import Database
from mem.ledger.models import Checkpoint
from mem.people.models import Token
from mem.rounds.models import Deadline
from mem.sandbox.models import Sandbox

AT = ["--database-url"]


def test_a_tick_tells_a_program_of_each_lapse_and_signs_a_checkpoint(
    mem: Command, commenting: UUID, database: Database, database_url: str
) -> None:
    with database.write() as connection:
        connection.execute(update(Deadline).values(due_at=now() - timedelta(minutes=1)))
    told = mem("tick", "--json", *AT, database_url)
    assert (told.exit_code, told.stderr) == (0, "")
    assert [json.loads(line) for line in told.stdout.splitlines()] == [
        {
            "position": str(commenting), "trigger": "deem_no_more_comments", "from": "country_comment",
            "to": "revision", "refused": None,
        }
    ]  # fmt: skip
    assert mem("tick", "--json", *AT, database_url).stdout == ""
    assert stands(database, commenting) == ("revision", 7)
    assert runs.rows(database, Checkpoint.number) == [(1,)]


def test_a_new_database_becomes_a_sandbox_once(mem: Command, database: Database, database_url: str) -> None:
    made = mem("sandbox", "--from", "2018-02-01", *AT, database_url)
    said = "This database is a sandbox. Its clock says 2018-02-01T00:00:00.000000Z.\n"
    assert (made.exit_code, made.stdout, made.stderr) == (0, said, "")
    again = mem("sandbox", *AT, database_url)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "This database is in use: only an empty one becomes a sandbox.\n"
    ((instant, number),) = runs.rows(database, Sandbox.instant, Sandbox.number)
    assert (instant.isoformat(), number) == ("2018-02-01T00:00:00+00:00", 1)
    assert mem("people", "add", "Ana", "--role", "auditor", *AT, database_url).exit_code == 0
    ((expires,),) = runs.rows(database, Token.expires_at)
    assert expires > now()


def test_a_database_that_is_in_use_becomes_none(
    mem: Command, commenting: UUID, database: Database, database_url: str
) -> None:
    refused = mem("sandbox", *AT, database_url)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert runs.rows(database, Sandbox.number) == []

"""Does every command say in one line that it cannot have its database, whatever is wrong with it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_cli import Command
from tests.cli.test_cli import mem as mem
from tests.cli.test_cli import small as small

COMMANDS = [
    ("serve", "--port", "0"), ("migrate",), ("tick",), ("check",), ("ledger", "verify"), ("ledger", "export", "file"),
    ("people", "add", "A", "--role", "auditor"), ("demo",), ("backup", "folder"),
]  # fmt: skip
READS = "Give sqlite:///<file> or postgresql://<user>:<password>@<host>/<name>."


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:secret@127.0.0.1:1/mem", "The database cannot be used: "),
        ("mysql://me:secret@127.0.0.1/mem", f"A database of the kind 'mysql' is not used here. {READS}\n"),
        ("mem.db", f"The address of the database cannot be read. {READS}\n"),
        ("postgresql://me:secret@127.0.0.1:port/mem", f"The address of the database cannot be read. {READS}\n"),
        ("sqlite:////dev/null/mem.db", "[Errno 17] File exists: '/dev/null'\n"),
    ],
    ids=["away", "another kind", "no address", "a port that is none", "no folder"],
)
def test_a_database_that_cannot_be_had_is_told_in_a_line(
    command: tuple[str, ...], url: str, told: str, mem: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = mem(*command, "--database-url", url)
    assert isinstance(refused.exception, SystemExit), refused.exception
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(told)
    assert len(refused.stderr.splitlines()) == 1
    assert "secret" not in refused.stderr


def test_a_file_that_is_no_database_is_told(mem: Command, tmp_path: Path) -> None:
    (tmp_path / "mem.db").write_text("no database" * 1000, encoding="utf-8")
    refused = mem("check", "--database-url", f"sqlite:///{tmp_path / 'mem.db'}")
    assert (refused.exit_code, refused.stderr) == (1, "The database cannot be used: file is not a database\n")

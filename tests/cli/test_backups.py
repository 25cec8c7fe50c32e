"""Do `mem backup` and `mem restore` say what they did, and end with 1 and the reason where they did not?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests import databases
from tests.cli.test_cli import Command
from tests.cli.test_cli import mem as mem
from tests.cli.test_cli import small as small

pytestmark = pytest.mark.usefixtures("client_programs")
TOLD = r"\d+ tables with \d+ rows, 1 chains and 0 evidence files, as of 20\d\d-\S+"
KEY = "The key that signs (signing-key.pem) is not in it: keep that apart, once, where no backup lies."


def test_a_backup_is_made_restored_verified_and_not_over_another(
    mem: Command, database_url: str, tmp_path: Path
) -> None:
    assert mem("people", "add", "Ana", "--role", "auditor", "--database-url", database_url).exit_code == 0
    made = mem("backup", tmp_path / "b", "--database-url", database_url)
    assert (made.exit_code, made.stderr) == (0, "")
    told, digest, key = made.stdout.splitlines()
    assert re.fullmatch(TOLD, told)
    assert re.fullmatch(r"SHA-256 of manifest\.json: [0-9a-f]{64}", digest)
    assert key == KEY
    again = mem("backup", tmp_path / "b", "--database-url", database_url)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == f"{tmp_path / 'b'} is there already, and not empty: a backup takes a folder of its own.\n"

    over = mem("restore", tmp_path / "b", "--database-url", database_url)
    assert (over.exit_code, over.stdout) == (1, "")
    assert over.stderr.splitlines() == [
        "Nothing was touched:",
        "There is something in this database already: say --replace to have it replaced.",
    ]
    replaced = mem("restore", tmp_path / "b", "--verify", "--replace", "--database-url", database_url)
    assert (replaced.exit_code, replaced.stderr) == (0, "")
    assert replaced.stdout.splitlines() == [told, "Verified: it is what the backup was made of."]
    assert mem("check", "--database-url", database_url).exit_code == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_no_backup_and_what_is_not_as_it_was_is_told(mem: Command, database_url: str, tmp_path: Path) -> None:
    nothing = mem("restore", tmp_path / "none", "--database-url", database_url)
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert "is no backup" in nothing.stderr
    mem("backup", tmp_path / "b", "--database-url", database_url)
    with (tmp_path / "b" / "database.sqlite").open("ab") as file:
        file.write(b"!")
    there = databases.sqlite_url(tmp_path / "there.db")
    harmed = mem("restore", tmp_path / "b", "--verify", "--database-url", there)
    assert (harmed.exit_code, harmed.stdout) == (1, "")
    assert harmed.stderr.splitlines()[1:] == ["database.sqlite of the backup is not what its manifest says."]

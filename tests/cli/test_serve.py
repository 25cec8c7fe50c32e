"""Does the service say where it is as soon as it is there, and share its database with nobody who replaces it?"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.cli.test_cli import Command
from tests.cli.test_cli import mem as mem
from tests.cli.test_cli import small as small
from tests.demo import runs

from mem.core.db import Database
from mem.core.use import InUse, used


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_in_a_line_where_it_serves_once_it_does_and_ends_when_it_is_told(
    number: int, small: Path, database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = {"MEM_DATA_DIR": str(tmp_path), "MEM_WORKFLOWS": str(small), "MEM_DATABASE_URL": database_url}
    settings["MEM_ONE_LOGIN"] = "1"
    with subprocess.Popen(
        [str(runs.COMMAND), "serve", "--port", "0"],
        env={**os.environ, **settings},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert re.fullmatch(r"Serving at http://127\.0\.0\.1:\d+/\n", said)
        assert httpx.get(f"{said.split()[-1]}api/v1/ready").status_code == 200
        with pytest.raises(InUse), used(database, alone=True):
            pytest.fail("a demo could replace it")
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")


def test_nothing_is_served_of_a_database_that_is_being_replaced(
    mem: Command, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEM_ONE_LOGIN", "1")
    with used(database, alone=True):
        refused = mem("serve", "--port", "0", "--database-url", database_url)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "A demo or a restore is making this database anew; ask again in a moment.\n"


@pytest.mark.parametrize("port", ["-1", "65536", "99999"])
def test_a_port_that_there_is_not_is_refused(port: str, mem: Command, tmp_path: Path) -> None:
    assert mem("serve", "--port", port).exit_code == 2
    assert not (tmp_path / "data").exists()

"""Is a database that is used not replaced, whoever uses it and however that one ends?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from mem.core.db import Database
from mem.core.use import InUse, used

HOLDS = """
import sys, time
from mem.core.db import Database
from mem.core.use import used
with used(Database(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_many_use_a_database_side_by_side(database: Database) -> None:
    with used(database), used(database):
        pass


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True)])
def test_whoever_has_it_alone_has_it_alone(database: Database, first: bool, second: bool) -> None:
    with used(database, alone=first), pytest.raises(InUse), used(database, alone=second):
        pytest.fail("both have it")
    with used(database, alone=second):
        pass


def test_a_process_that_was_killed_uses_nothing_any_more(database: Database, database_url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, database_url], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(InUse), used(database, alone=True):
            pytest.fail("both have it")
        os.kill(process.pid, signal.SIGKILL)
    for _ in range(100):  # PostgreSQL sees that the connection is gone a moment later
        try:
            with used(database, alone=True):
                return
        except InUse:
            time.sleep(0.05)
    pytest.fail("still held")

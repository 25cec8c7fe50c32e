"""Which runs do the tests of the demo share? Each is made once a session, whichever worker asks first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.demo import runs

from mem.core.db import Database


@pytest.fixture(scope="session")
def full_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo of four states over the whole plan: its data, and `totals.json`."""

    def make(folder: Path) -> None:
        totals = runs.totals_of(runs.mem("demo", "--states", "4", "--json", data=folder / "data"))
        (folder / "totals.json").write_text(json.dumps(totals), encoding="utf-8")

    return runs.once(tmp_path_factory, "full", make)


@pytest.fixture(scope="session")
def small_runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Two runs on SQLite with the same seed, one after the other on one database: the totals of each, and what was
    said in it."""

    def make(folder: Path) -> None:
        method = runs.small_copy(folder)
        found = []
        for _ in range(2):
            arguments = ("demo", "--states", "3", "--json", "--seed", str(runs.SEED), "--mechanism", str(method))
            totals = runs.totals_of(runs.mem(*arguments, data=folder / "data"))
            database = Database(f"sqlite:///{folder / 'data' / 'mem.db'}")
            found.append({"totals": totals, "said": runs.said(database)})
            database.dispose()
        (folder / "runs.json").write_text(json.dumps(found), encoding="utf-8")

    read = json.loads((runs.once(tmp_path_factory, "small", make) / "runs.json").read_text(encoding="utf-8"))
    assert isinstance(read, list)
    return read


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runs.Served]:
    """The small copy of the method, served by the real application over a database of this module's own."""
    with runs.serving(tmp_path_factory.mktemp("served")) as found:
        yield found

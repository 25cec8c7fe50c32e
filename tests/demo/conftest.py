"""Which runs do the tests of the demo share? Each is made once a session, whichever worker asks first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.demo import runs

from mem.cli.operations import opened
from mem.settings import Settings


@pytest.fixture(scope="session")
def full_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo of four states over the whole plan: its data, and `totals.json`."""

    def make(folder: Path) -> None:
        totals = runs.totals_of(runs.mem("demo", "--states", "4", "--json", data=folder / "data"))
        (folder / "totals.json").write_text(json.dumps(totals), encoding="utf-8")

    return runs.once(tmp_path_factory, "full", make)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A demo of three states over one area, on SQLite: its `totals`, and what was `said` in it."""

    def make(folder: Path) -> None:
        arguments = ("--states", "3", "--seed", str(runs.SEED), "--mechanism", str(runs.small_copy(folder)))
        totals = runs.totals_of(runs.mem("demo", *arguments, "--json", data=folder / "data"))
        with opened(Settings(data_dir=folder / "data")) as database:
            found = {"totals": totals, "said": runs.said(database)}
        (folder / "run.json").write_text(json.dumps(found), encoding="utf-8")

    read = json.loads((runs.once(tmp_path_factory, "small", make) / "run.json").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runs.Served]:
    """The small copy of the method, served by the real application over a database of this module's own."""
    with runs.serving(tmp_path_factory.mktemp("served")) as found:
        yield found

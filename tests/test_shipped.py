"""Does a wheel carry all that the command needs, and does a checkout keep using its own?"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mem.migrate import SCRIPTS
from mem.settings import Settings
from mem.shipped import IS_WHEEL, shipped

ROOT = Path(__file__).resolve().parents[1]
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files of a wheel of this checkout, built by what builds it for anybody, without an isolated environment."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run([sys.executable, "-c", BUILD, folder], cwd=ROOT, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(folder / built.stdout.split()[-1]) as wheel:
        return set(wheel.namelist())


@pytest.mark.parametrize("name", ["workflows", "migrations"])
def test_a_wheel_carries_what_lies_beside_the_code(name: str, carried: set[str]) -> None:
    here = {file for file in (ROOT / name).rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    assert {f"mem/_shipped/{file.relative_to(ROOT)}" for file in here} == {
        file for file in carried if file.startswith(f"mem/_shipped/{name}/")
    }


def test_a_wheel_carries_every_file_of_the_code_and_no_test(carried: set[str]) -> None:
    source = {file for file in (ROOT / "src" / "mem").rglob("*") if file.is_file() and "__pycache__" not in file.parts}
    own = {file for file in carried if not file.startswith("mem/_shipped/") and ".dist-info/" not in file}
    assert own == {str(file.relative_to(ROOT / "src")) for file in source}
    assert {"mem/web/templates/home.html", "mem/web/static/mem.css", "mem/web/words.yaml"} < own


def test_a_checkout_uses_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MEM_WORKFLOWS", raising=False)
    assert not IS_WHEEL
    assert (shipped("workflows"), SCRIPTS) == (ROOT / "workflows", ROOT / "migrations")
    monkeypatch.chdir(tmp_path)
    assert Settings().workflows == ROOT / "workflows"
    (tmp_path / "workflows").mkdir()
    assert Settings().workflows == Path("workflows")

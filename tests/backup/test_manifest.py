"""Is a manifest read as it was written, and nothing else as one?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mem.backup.manifest import FILE, CannotCopy, Manifest, Table, damage, file_digest, read, write
from mem.evidence.store import Store

DATA = b"some bytes"


@pytest.fixture
def made(tmp_path: Path) -> Manifest:
    """A manifest of what lies in `tmp_path`."""
    (tmp_path / "database.sqlite").write_bytes(DATA * 300_000)
    name = Store(tmp_path / "evidence").put(DATA)
    return Manifest(
        at="2026-03-02T12:00:00Z", kind="sqlite", revision="r", database=file_digest(tmp_path / "database.sqlite"),
        tables={"person": Table(rows=2, sha256="0" * 64), "event": Table(rows=3, sha256="1" * 64)},
        chains={"a": (3, "f" * 64)}, evidence=[name], missing=[],
    )  # fmt: skip


def test_it_is_read_as_it_was_written(made: Manifest, tmp_path: Path) -> None:
    write(tmp_path, made)
    assert read(tmp_path) == made
    assert (made.rows, damage(tmp_path, made)) == (5, [])
    assert made.database == hashlib.sha256(DATA * 300_000).hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["database.sqlite", "evidence", FILE]


def test_all_that_is_not_as_it_says_is_told(made: Manifest, tmp_path: Path) -> None:
    (tmp_path / "database.sqlite").write_bytes(DATA)
    (name,) = made.evidence
    (tmp_path / "evidence" / "sha256" / name[:2] / name).unlink()
    assert damage(tmp_path, made) == [
        "database.sqlite of the backup is not what its manifest says.",
        f"The evidence file {name} of the backup is missing or damaged.",
    ]


@pytest.mark.parametrize("change", [{"format": 2}, {"more": 1}, {"chains": 3}, {"at": None}])
def test_what_is_of_another_form_is_refused(change: dict[str, object], made: Manifest, tmp_path: Path) -> None:
    write(tmp_path, made)
    (tmp_path / FILE).write_text(json.dumps(json.loads((tmp_path / FILE).read_text()) | change))
    with pytest.raises(CannotCopy, match="cannot be read as one of a backup"):
        read(tmp_path)


@pytest.mark.parametrize("place", ["none", "database.sqlite"])
def test_where_there_is_none_there_is_no_backup(place: str, made: Manifest, tmp_path: Path) -> None:
    with pytest.raises(CannotCopy, match="is no backup, or one that was never finished"):
        read(tmp_path / place)

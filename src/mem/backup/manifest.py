"""What is in a backup? A manifest names all of it by digest; it is written last, so a backup without it is none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from mem.evidence.store import Store

FILE = "manifest.json"
_PART = 1 << 20


class CannotCopy(RuntimeError):
    """There is no backup, or no restoring; the message says why, with every reason on a line of its own."""


class Table(BaseModel):
    """A table as it was: how many rows, and a digest of them all, in whatever order."""

    model_config = ConfigDict(frozen=True)

    rows: int
    sha256: str


class Manifest(BaseModel):
    """`database`: SHA-256 of the file of that name, `database.<kind>`. `chains`: position and head of each, by id.
    `evidence`: the files that are in the backup; `missing`: those that a row spoke of and that were not there whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    at: str
    kind: str
    revision: str
    database: str
    tables: dict[str, Table]
    chains: dict[str, tuple[int, str]]
    evidence: list[str]
    missing: list[str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest into a backup that is there in full."""
    aside = folder / f".{FILE}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(manifest.model_dump_json(indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.rename(folder / FILE)
    flush(folder)
    flush(folder.parent)


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `CannotCopy`."""
    try:
        return Manifest.model_validate_json((folder / FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise CannotCopy(f"{folder} is no backup, or one that was never finished: it has no {FILE}.") from None
    except ValidationError:
        raise CannotCopy(f"The {FILE} of {folder} cannot be read as one of a backup.") from None


def damage(folder: Path, manifest: Manifest) -> list[str]:
    """Everything in a backup that is not what its manifest says."""
    found, store = list[str](), Store(folder / "evidence")
    file = database_file(folder, manifest.kind)
    if not file.is_file() or file_digest(file) != manifest.database:
        found.append(f"{file.name} of the backup is not what its manifest says.")
    for name in manifest.evidence:
        try:
            store.get(name)
        except OSError:
            found.append(f"The evidence file {name} of the backup is missing or damaged.")
    return found


def database_file(folder: Path, kind: str) -> Path:
    return folder / f"database.{kind}"


def file_digest(file: Path) -> str:
    """SHA-256 of a file, however large."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while part := opened.read(_PART):
            digest.update(part)
    return digest.hexdigest()


def flush(place: Path) -> None:
    """Have a file or a folder on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Where do files lie? In a folder, by the SHA-256 of their bytes, never overwritten.

A file is written aside, flushed, renamed into place and its folder flushed, all before the row that speaks of it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from pathlib import Path

from mem.core.errors import StorageFull

FULL = (errno.ENOSPC, errno.EDQUOT)


class Store:
    """A content-addressed folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep these bytes; their SHA-256. Keeping the same bytes twice keeps them once; what lies there damaged is
        replaced. Raises `StorageFull`."""
        try:
            return self._put(data)
        except OSError as error:
            if error.errno in FULL:
                raise StorageFull from error
            raise

    def _put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        target = self._path(name)
        try:
            self.get(name)
        except OSError:
            self._write(target, data)
        # of what was there already, too: whoever put it there may not have come to this, or failed
        for folder in (target.parent, target.parent.parent, self.root, self.root.parent):
            _flush(folder)
        return name

    def get(self, name: str) -> bytes:
        """The bytes of this SHA-256, checked against it. Raises `OSError` when they are missing or damaged."""
        data = self._path(name).read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise OSError("a stored file does not have its hash")
        return data

    def _write(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.parent / f".{uuid.uuid4().hex}"
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(target)
        finally:
            aside.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.root / "sha256" / name[:2] / name


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

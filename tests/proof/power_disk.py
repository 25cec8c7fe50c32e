"""What is on the disk when the power goes? Every write, truncation, sync and deletion of SQLite, and images of a crash.

The model: what was synced lasts; of what was not, any part may last, in pieces of 512 bytes; a file that was made or
deleted may be so or not until the next sync of any file.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import apsw

SECTOR = 512
VFS = "recorded"
ALL = 1.0
LIKELY = (0.0, 0.1, 0.5, 0.9, ALL)
"""How likely it is, in an image, that a piece of what was not synced is there."""
Image = Mapping[str, bytes]
"""The files that a crash leaves, by name."""


@dataclass(frozen=True)
class Op:
    """What SQLite asked of the disk (`write`, `truncate`, `sync`, `delete`, `create`), or what was told about it
    (`begun`: a commit was asked for; `committed`; `answered`: the client was told)."""

    kind: str
    file: str = ""
    offset: int = 0
    data: bytes = b""


class Recorder(apsw.VFS):
    """Files as they are, below which everything that changes them is written down. What is synced is only written
    down too: whatever lies in the real folder is where SQLite reads back, and never an image."""

    def __init__(self) -> None:
        self.log: list[Op] = []
        self.on = False
        super().__init__(VFS, "")

    def said(self, kind: str, file: str | None = "", offset: int = 0, data: bytes = b"") -> None:
        if self.on and file is not None:  # one without a name is for the moment alone
            self.log.append(Op(kind, Path(file).name, offset, data))

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> _File:  # noqa: N802
        file = name.filename() if isinstance(name, apsw.URIFilename) else name
        fresh = file is not None and not Path(file).exists()
        opened = _File(self, name, flags, file)
        if fresh:
            self.said("create", file)
        return opened

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(filename, False)
        self.said("delete", filename)
        if syncdir:
            self.said("sync")


class _File(apsw.VFSFile):
    def __init__(self, vfs: Recorder, name: str | apsw.URIFilename | None, flags: list[int], file: str | None) -> None:
        self._vfs, self._name = vfs, file
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._vfs.said("write", self._name, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._vfs.said("truncate", self._name, newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._vfs.said("sync", self._name)


@dataclass
class _Inode:
    kept: bytearray = field(default_factory=bytearray)
    pending: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        for op in self.pending:
            _apply(self.kept, op)
        self.pending.clear()

    def left(self, chance: random.Random, likely: float) -> bytes:
        """What a crash leaves: each truncation, and each sector of each write, is there or is not."""
        found = bytearray(self.kept)
        for op in self.pending if likely else ():
            if op.kind == "truncate" or likely == ALL:
                if chance.random() < likely:
                    _apply(found, op)
                continue
            for place in range(0, len(op.data), SECTOR):
                if chance.random() < likely:
                    _apply(found, Op("write", offset=op.offset + place, data=op.data[place : place + SECTOR]))
        return bytes(found)


def _apply(content: bytearray, op: Op) -> None:
    end = op.offset + len(op.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if op.kind == "truncate":
        del content[op.offset :]
    else:
        content[op.offset : end] = op.data


class Disk:
    """A disk to which the ops of a log are done one by one, and which may lose its power after any."""

    def __init__(self, image: Image) -> None:
        self._now = {name: _Inode(bytearray(content)) for name, content in image.items()}
        self._lasting = dict(self._now)

    def do(self, op: Op) -> None:
        if op.kind == "create":
            self._now[op.file] = _Inode()
        elif op.kind == "delete":
            del self._now[op.file]
        elif op.kind == "sync":
            if op.file:
                self._now[op.file].sync()
            self._lasting = dict(self._now)
        elif op.kind in ("write", "truncate"):
            self._now[op.file].pending.append(op)

    def crashed(self, chance: random.Random) -> Image:
        """Some image that a crash at this instant may leave."""
        likely = chance.choice(LIKELY)
        return dict(self._crashed(chance, likely))

    def whole(self) -> Image:
        """The image without a crash."""
        return {name: inode.left(random.Random(), ALL) for name, inode in self._now.items()}

    def _crashed(self, chance: random.Random, likely: float) -> Iterator[tuple[str, bytes]]:
        for name in sorted({*self._now, *self._lasting}):
            made = chance.random() < likely
            inode = (self._now if made else self._lasting).get(name)
            if inode is not None:
                yield name, inode.left(chance, likely)

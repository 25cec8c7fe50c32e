"""How is there no room left? By a small disk of ours, filled by a file of ours, or by a limit on a process."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol


class Room(Protocol):
    """What can be used up, and given back."""

    def fill(self, left: int) -> None:
        """Leave so many bytes."""
        ...

    def free(self) -> None:
        """Give all back."""
        ...


@dataclass(frozen=True)
class Disk:
    """A small disk of our own."""

    folder: Path

    def fill(self, left: int) -> None:
        with (self.folder / "ballast").open("wb") as ballast:
            while True:
                room = os.statvfs(self.folder)
                try:
                    os.posix_fallocate(ballast.fileno(), 0, max(1, room.f_bavail * room.f_frsize - left))
                except OSError as error:
                    if error.errno != errno.ENOSPC:  # of the room that there was, somebody took some meanwhile
                        raise
                else:
                    return

    def free(self) -> None:
        (self.folder / "ballast").unlink()


@dataclass(frozen=True)
class Limit:
    """The files of a process, which grow no further than what its largest has and is left."""

    process: int
    database: Path

    def fill(self, left: int) -> None:
        largest = max(path.stat().st_size for path in self.database.parent.glob(f"{self.database.name}*"))
        resource.prlimit(self.process, resource.RLIMIT_FSIZE, (largest + left, resource.RLIM_INFINITY))

    def free(self) -> None:
        resource.prlimit(self.process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def disk(size: int) -> Iterator[Disk]:
    """A small disk, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mem-full-"))
    try:
        _mount(folder, size)
        try:
            yield Disk(folder)
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        shutil.rmtree(folder)


@cache
def may_mount() -> bool:
    """Whether we may have disks of our own."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            _mount(Path(folder), 1 << 20)
        except (subprocess.CalledProcessError, FileNotFoundError):
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def _mount(folder: Path, size: int) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "mem-proof", str(folder)]
    subprocess.run(command, check=True, capture_output=True)

"""On what kind of file system does a folder lie? As Linux tells; where nobody tells, nothing is known."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.beegfs", "fuse.ceph", "fuse.curlftpfs",
        "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs",
    }
)  # fmt: skip
"""The kinds that several machines may use at once, on which locks and shared memory are not those of one machine. 9p
and virtiofs are left out: by these a virtual machine sees a disk of its own host."""


def network_kind(folder: Path) -> str | None:
    """The kind of a folder's file system where it is one of a network, else None; None too where it is not known."""
    try:
        kind = kind_of(folder.resolve(), MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return None
    return kind if kind in NETWORK else None


def kind_of(folder: Path, mounts: str) -> str | None:
    """The kind of a folder's file system by a list of mounts: what is mounted nearest above it, and last."""
    found: dict[Path, str] = {}
    for line in mounts.splitlines():
        if len(parts := line.split(" ")) >= 3:
            found[Path(_read(parts[1]))] = parts[2]
    return next((found[place] for place in (folder, *folder.parents) if place in found), None)


def _read(escaped: str) -> str:
    """A place as it is: spaces and the like are told in octal."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), escaped)

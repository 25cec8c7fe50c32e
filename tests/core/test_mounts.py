"""Is a folder on a network file system known as one, and SQLite refused there, saying why?"""

from __future__ import annotations

from pathlib import Path

import pytest

from mem.core import mounts
from mem.core.db import BadAddress, Database
from mem.core.mounts import NETWORK, kind_of, network_kind

LIST = r"""
/dev/vda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/share /srv nfs4 rw 0 0
/dev/vdb /srv/local xfs rw 0 0
//server/share /mnt/with\040space cifs rw 0 0
/dev/vdc /over ext4 rw 0 0
me@there:/ /over fuse.sshfs rw 0 0
half a line
"""
KINDS = [
    ("/var/lib/mem", "ext4"), ("/", "ext4"), ("/srv", "nfs4"), ("/srv/mem/data", "nfs4"), ("/srv/local/mem", "xfs"),
    ("/srvother", "ext4"), ("/mnt/with space/mem", "cifs"), ("/mnt/with", "ext4"), ("/over/mem", "fuse.sshfs"),
]  # fmt: skip


@pytest.mark.parametrize(("folder", "kind"), KINDS)
def test_a_folder_is_on_what_is_mounted_nearest_above_it_and_last(folder: str, kind: str) -> None:
    assert kind_of(Path(folder), LIST) == kind


def test_where_nothing_is_told_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_of(Path("/srv"), "") is None
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "none")
    assert network_kind(tmp_path) is None
    Database(f"sqlite:///{tmp_path / 'mem.db'}").dispose()


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "lustre"])
def test_sqlite_is_refused_on_a_network_saying_why(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mounts").write_text(f"/dev/vda1 / ext4 rw 0 0\nthere:/share {tmp_path}/share {kind} rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "mounts")
    assert kind in NETWORK
    (tmp_path / "link").symlink_to(tmp_path / "share")
    for folder in ("share", "link/deep"):
        with pytest.raises(BadAddress, match=rf"on a file system of a network \({kind}\)") as refused:
            Database(f"sqlite:///{tmp_path / folder / 'mem.db'}")
        assert "local disk" in str(refused.value)
        assert "PostgreSQL" in str(refused.value)
    Database(f"sqlite:///{tmp_path / 'beside' / 'mem.db'}").dispose()

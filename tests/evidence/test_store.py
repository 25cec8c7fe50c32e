"""Are files kept once, by their hash, whole or not at all, and is a damaged one never handed out?"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mem.core.errors import StorageFull
from mem.evidence.store import Store

DATA = b"%PDF-1.7 a file"
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def files(store: Store) -> list[str]:
    """Every file below the store, hidden ones included, by its place."""
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


@pytest.mark.parametrize("data", [DATA, b"", b"\x00" * 100_000])
def test_a_file_lies_under_its_hash_and_comes_back_as_it_was(store: Store, data: bytes) -> None:
    name = store.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert files(store) == [f"sha256/{name[:2]}/{name}"]
    assert store.get(name) == data


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    assert store.put(DATA) == store.put(bytes(DATA)) == NAME
    other = store.put(b"other")
    assert len(files(store)) == 2
    assert (store.get(NAME), store.get(other)) == (DATA, b"other")


def test_a_file_that_is_kept_is_never_written_again(store: Store) -> None:
    store.put(DATA)
    file = store.root / "sha256" / NAME[:2] / NAME
    before = file.stat()
    store.put(DATA)
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("harm", [DATA + b"!", DATA[:-1], b"", DATA.replace(b"a", b"b")])
def test_a_damaged_file_is_not_handed_out(store: Store, harm: bytes) -> None:
    store.put(DATA)
    (store.root / "sha256" / NAME[:2] / NAME).write_bytes(harm)
    with pytest.raises(OSError, match="does not have its hash"):
        store.get(NAME)


def test_a_missing_file_is_an_error(store: Store) -> None:
    with pytest.raises(FileNotFoundError):
        store.get(NAME)


def test_only_the_service_may_read_a_file(store: Store) -> None:
    store.put(DATA)
    assert (store.root / "sha256" / NAME[:2] / NAME).stat().st_mode & 0o777 == 0o600


def test_a_file_is_flushed_before_it_has_its_name_and_its_folders_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, target, flushed = os.fsync, store.root / "sha256" / NAME[:2] / NAME, list[tuple[str, bool]]()

    def fsync(descriptor: int) -> None:
        real(descriptor)
        place = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        flushed.append(("file" if place.is_file() else str(place.relative_to(store.root.parent)), target.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    store.put(DATA)
    assert flushed[0] == ("file", False)
    assert flushed[1:] == [(f"files/sha256/{NAME[:2]}", True), ("files/sha256", True), ("files", True), (".", True)]


def test_what_another_has_just_put_there_is_not_told_before_its_folders_are_flushed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(DATA)
    real, flushed = os.fsync, list[str]()

    def fsync(descriptor: int) -> None:
        real(descriptor)
        flushed.append(str(Path(os.readlink(f"/proc/self/fd/{descriptor}")).relative_to(store.root.parent)))

    monkeypatch.setattr(os, "fsync", fsync)
    store.put(DATA)
    assert flushed == [f"files/sha256/{NAME[:2]}", "files/sha256", "files", "."]


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.rename"])
def test_what_could_not_be_kept_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(failing, full)
        with pytest.raises(StorageFull):
            store.put(DATA)
    assert files(store) == []
    assert store.put(DATA) == NAME
    assert files(store) == [f"sha256/{NAME[:2]}/{NAME}"]


def test_what_fails_for_another_reason_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        store.put(DATA)


def test_many_at_once_keep_the_same_bytes_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(store.put, [DATA] * 40)) == {NAME}
    assert files(store) == [f"sha256/{NAME[:2]}/{NAME}"]
    assert store.get(NAME) == DATA

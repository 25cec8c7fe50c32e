"""What do files and folders look like after the power went? Whatever was not flushed may be there or not.

A name lasts once its folder was flushed, content once its file was; every combination of what was not is a state that a
crash may leave, at every instant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

State = Mapping[str, bytes]
"""The files that can be reached, by their place."""


@dataclass(frozen=True)
class Op:
    """`link`: a name stands for a file (and another, of before, no more); `unlink`; `folder`: one is made; `write`: the
    whole content of a file; `flush`: of a file or a folder; `row`: a row that speaks of a file begins to be stored."""

    kind: str
    name: str = ""
    file: int = 0
    data: bytes = b""
    before: str = ""


class Recorder:
    """Writes down what is done below a folder by Python's `os`; what was written otherwise is seen by looking."""

    def __init__(self, top: Path) -> None:
        self.log: list[Op] = []
        self._meanwhile: dict[int, Callable[[], None]] = {}
        self._top, self._files, self._data = top, dict[str, int](), dict[int, bytes]()
        self._number = 0

    @contextmanager
    def recording(self) -> Iterator[None]:
        real = {name: getattr(os, name) for name in ("fsync", "rename", "mkdir", "unlink")}

        def fsync(descriptor: int) -> None:
            self._next()
            real["fsync"](descriptor)
            self.log.append(Op("flush", self._name(os.readlink(f"/proc/self/fd/{descriptor}"))))

        def rename(before: Any, after: Any, **more: Any) -> None:
            self._next()
            real["rename"](before, after, **more)
            old, new = self._name(before), self._name(after)
            self._files[new] = self._files.pop(old)
            self.log.append(Op("link", new, self._files[new], before=old))

        def mkdir(place: Any, *more: Any, **others: Any) -> None:
            self._next()
            real["mkdir"](place, *more, **others)
            self.log.append(Op("folder", self._name(place)))

        def unlink(place: Any, **more: Any) -> None:
            self._next()
            real["unlink"](place, **more)
            self._files.pop(self._name(place))
            self.log.append(Op("unlink", self._name(place)))

        with ExitStack() as patched:
            for one in (fsync, rename, mkdir, unlink):
                patched.enter_context(mock.patch.object(os, one.__name__, one))
            yield

    def meanwhile(self, operations: int, act: Callable[[], None]) -> None:
        """Do something else, once, just before an operation: so many come before it from now on."""
        self._meanwhile = {self._number + operations: act}

    def row(self, name: str) -> None:
        self._look()
        self.log.append(Op("row", name))

    def _next(self) -> None:
        """The next operation of ours is about to be done."""
        self._look()
        number, self._number = self._number, self._number + 1
        if number in self._meanwhile:
            self._meanwhile.pop(number)()

    def _look(self) -> None:
        """What has been made or written since, by whatever means."""
        for place in sorted(self._top.rglob("*")):
            if place.is_file():
                name, data = self._name(place), place.read_bytes()
                if name not in self._files:
                    self._files[name] = len(self._data)
                    self._data[self._files[name]] = b""
                    self.log.append(Op("link", name, self._files[name]))
                if data != self._data[self._files[name]]:
                    self._data[self._files[name]] = data
                    self.log.append(Op("write", file=self._files[name], data=data))

    def _name(self, place: str | Path) -> str:
        return str(Path(place).relative_to(self._top))


@dataclass
class _Disk:
    names: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"."})
    now: dict[str, int] = field(default_factory=dict)
    waiting: list[Op] = field(default_factory=list)
    data: dict[int, bytes] = field(default_factory=dict)
    written: dict[int, bytes] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)

    def do(self, op: Op) -> None:
        if op.kind == "row":
            self.rows.append(op.name)
        elif op.kind == "write":
            self.written[op.file] = op.data
        elif op.kind == "flush" and op.name in self.now:
            file = self.now[op.name]
            self.data[file] = self.written.pop(file, self.data.get(file, b""))
        elif op.kind == "flush":
            here = [one for one in self.waiting if str(Path(one.name).parent) == op.name]
            self.waiting = [one for one in self.waiting if one not in here]
            self.names, self.folders = _after(here, self.names, self.folders)
        else:
            self.now, _ = _after([op], self.now, self.folders)
            self.waiting.append(op)

    def states(self) -> Iterator[State]:
        unsure = list(self.written)
        for there in product((True, False), repeat=len(self.waiting)):
            kept = [op for op, one in zip(self.waiting, there, strict=True) if one]
            names, folders = _after(kept, self.names, self.folders)
            reached = {name: file for name, file in names.items() if _parents(name) <= folders}
            for contents in product(*(_parts(self.written[file]) for file in unsure)):
                data = self.data | dict(zip(unsure, contents, strict=True))
                yield {name: data.get(file, b"") for name, file in reached.items()}


def crashes(log: Sequence[Op]) -> Iterator[tuple[State, list[str]]]:
    """Every state after every operation, with the rows that may be stored by then."""
    disk = _Disk()
    for op in log:
        disk.do(op)
        for state in disk.states():
            yield state, disk.rows


def _after(ops: Sequence[Op], names: dict[str, int], folders: set[str]) -> tuple[dict[str, int], set[str]]:
    names, folders = dict(names), set(folders)
    for op in ops:
        if op.kind == "folder":
            folders.add(op.name)
        elif op.kind == "link":
            names.pop(op.before, None)
            names[op.name] = op.file
        else:
            names.pop(op.name, None)
    return names, folders


def _parents(name: str) -> set[str]:
    return {str(parent) for parent in Path(name).parents}


def _parts(data: bytes) -> tuple[bytes, ...]:
    """What may be there of content that was not flushed: nothing, the beginning, the length alone, or all."""
    return b"", data[: len(data) // 2], bytes(len(data)), data

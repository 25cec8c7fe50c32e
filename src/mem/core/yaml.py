"""What does a YAML file say, and on which line does it say it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a definition: the file, the line (from 1), the path within it, and the reason."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path or '(file)'}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A file as plain data (dates as ISO strings), and the line of each key and item."""

    file: str
    data: Any
    lines: dict[KeyPath, int] = field(repr=False)

    def line(self, path: KeyPath) -> int:
        """The line of a path, or of its nearest parent that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1

    def fault(self, path: KeyPath, message: str) -> Fault:
        return Fault(self.file, self.line(path), ".".join(str(step) for step in path), message)


def read_yaml(path: Path, name: str) -> Source | Fault:
    """Read one YAML 1.2 file (`yes` and `no` stay strings); a file that cannot be read is a fault, not a crash."""
    loader = YAML(typ="rt", pure=True)
    loader.allow_duplicate_keys = False
    try:
        tree = loader.load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "not well-formed YAML"
        return Fault(name, (mark.line + 1) if mark else 1, "", str(problem).splitlines()[0])
    except (OSError, UnicodeDecodeError) as error:
        return Fault(name, 1, "", f"cannot be read: {type(error).__name__}")
    lines: dict[KeyPath, int] = {}
    return Source(name, _plain(tree, (), lines), lines)


def _plain(node: Any, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    if isinstance(node, CommentedMap):
        for key in node:
            lines[(*path, _key(key))] = node.lc.key(key)[0] + 1
        return {_key(key): _plain(value, (*path, _key(key)), lines) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            lines[(*path, index)] = node.lc.item(index)[0] + 1
        return [_plain(value, (*path, index), lines) for index, value in enumerate(node)]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, datetime | date):
        return node.isoformat()
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return float(node)
    return str(node)


def _key(key: Any) -> str:
    return str(key)

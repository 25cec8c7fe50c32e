"""What does a YAML file say, and on which line does it say it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

KeyPath = tuple[str | int, ...]
LARGEST = 2**53 - 1  # beyond it, two integers can look alike to a reader of JSON


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
        lines: dict[KeyPath, int] = {}
        return Source(name, _plain(tree, (), lines), lines)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "not well-formed YAML"
        return Fault(name, (mark.line + 1) if mark else 1, "", str(problem).splitlines()[0])
    except (OSError, UnicodeDecodeError) as error:
        return Fault(name, 1, "", f"cannot be read: {type(error).__name__}")
    except (ValueError, KeyError, TypeError) as error:  # a value the reader cannot build, or a key that stands twice
        return Fault(name, 1, "", f"holds what cannot be read: {error}")


def _plain(node: Any, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    if isinstance(node, CommentedMap | CommentedSeq) and node.yaml_anchor() is not None:
        raise ValueError("an anchor (&), which is not part of the language")  # its copies could fill the memory
    if isinstance(node, CommentedMap):
        if node.merge:
            raise ValueError("a merge key (<<), which is not part of the language")
        for key in node:
            if (*path, str(key)) in lines:
                raise ValueError(f"the key '{key}' twice, once as a number")
            lines[(*path, str(key))] = node.lc.key(key)[0] + 1
        return {str(key): _plain(value, (*path, str(key)), lines) for key, value in node.items()}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            lines[(*path, index)] = node.lc.item(index)[0] + 1
        return [_plain(value, (*path, index), lines) for index, value in enumerate(node)]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    """A scalar as plain JSON; ruamel's own kinds of text and number become the built-in ones."""
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, datetime | date):
        return node.isoformat()
    if isinstance(node, int | float):
        if not (abs(node) <= LARGEST if isinstance(node, int) else isfinite(node)):
            raise ValueError(f"a number that JSON cannot say: {node}")
        return int(node) if isinstance(node, int) else float(node)
    return str(node)

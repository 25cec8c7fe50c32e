"""What does a YAML file say, and on which line does it say it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

KeyPath = tuple[str | int, ...]
LARGEST = 2**53 - 1  # beyond it, two integers can look alike to a reader of JSON
DEEPEST = 40
TAG = "tag:yaml.org,2002:"


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
        return Fault(self.file, self.line(path), _dotted(path), message)


class _Unreadable(ValueError):
    """A node that cannot become plain data, and where it stands."""

    def __init__(self, node: Node, path: KeyPath, reason: str) -> None:
        super().__init__(f"holds what cannot be read: {reason}")
        self.line, self.path = node.start_mark.line + 1, _dotted(path)


def read_yaml(path: Path, name: str) -> Source | Fault:
    """Read one YAML 1.2 file (`yes` and `no` stay strings); a file that cannot be read is a fault, not a crash."""
    loader = YAML(typ="safe", pure=True)
    loader.max_depth = DEEPEST
    lines: dict[KeyPath, int] = {}
    try:
        node = loader.compose(path.read_text(encoding="utf-8"))
        return Source(name, None if node is None else _plain(loader, node, (), lines), lines)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "not well-formed YAML"
        if isinstance(error, MaxDepthExceededError):
            problem = f"nested more than {DEEPEST} deep"
        return Fault(name, (mark.line + 1) if mark else 1, "", str(problem).splitlines()[0])
    except (OSError, UnicodeDecodeError) as error:
        return Fault(name, 1, "", f"cannot be read: {type(error).__name__}")
    except _Unreadable as error:
        return Fault(name, error.line, error.path, str(error))


def _plain(loader: YAML, node: Node, path: KeyPath, lines: dict[KeyPath, int]) -> Any:
    if node.anchor is not None:  # its copies could fill the memory
        raise _Unreadable(node, path, "an anchor (&), which is not part of the language")
    if isinstance(node, MappingNode) and node.tag == f"{TAG}map":
        found = {}
        for key, value in node.value:
            if key.tag == f"{TAG}merge":
                raise _Unreadable(key, path, "a merge key (<<), which is not part of the language")
            here = (*path, _key(loader, key, path))
            if here in lines:
                raise _Unreadable(key, here, "this key stands twice")
            lines[here] = key.start_mark.line + 1
            found[str(here[-1])] = _plain(loader, value, here, lines)
        return found
    if isinstance(node, SequenceNode) and node.tag == f"{TAG}seq":
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
        return [_plain(loader, item, (*path, index), lines) for index, item in enumerate(node.value)]
    return _scalar(loader, node, path)


def _key(loader: YAML, node: Node, path: KeyPath) -> str:
    if not isinstance(node, ScalarNode):
        raise _Unreadable(node, path, "a key that is no word")
    return str(_plain(loader, node, path, {}))


def _scalar(loader: YAML, node: Node, path: KeyPath) -> Any:
    """A scalar as plain JSON. A tag of one's own would mean nothing here, nor would a tag that does not fit."""
    if not isinstance(node, ScalarNode) or not str(node.tag).startswith(TAG):
        raise _Unreadable(node, path, f"the tag '{node.tag}', which does not belong here")
    try:
        value = loader.constructor.construct_object(node)
    except YAMLError as error:
        raise _Unreadable(node, path, str(getattr(error, "problem", None) or error)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise _Unreadable(node, path, str(error)) from None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST:
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    raise _Unreadable(node, path, f"a number that JSON cannot say: {node.value}")


def _dotted(path: KeyPath) -> str:
    return ".".join(str(step) for step in path)

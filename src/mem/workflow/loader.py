"""What does a folder under `workflows/` say? Every YAML file below it, by its name, with its lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mem.core.yaml import Fault, KeyPath, Source, read_yaml

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Folder:
    """The readable files of a mechanism by relative name, and what could not be read."""

    path: Path
    sources: dict[str, Source]
    faults: tuple[Fault, ...]

    def workflows(self) -> Iterator[Source]:
        """The files at the top of the folder that define a workflow."""
        for source in self.inside(""):
            if isinstance(source.data, dict) and "workflow" in source.data:
                yield source

    def inside(self, place: str) -> Iterator[Source]:
        """The files right inside a place (`plans/`, `questionnaires/`, or "" for the top), by name."""
        for name in names_inside(self.sources, place):
            yield self.sources[name]


def stray_faults(folder: Folder, known: Collection[str]) -> Iterator[Fault]:
    """The files at the top of a folder that say nothing: neither known by their names, nor a workflow."""
    for source in folder.inside(""):
        if source.file not in known and not isinstance(source.data, dict):
            yield source.fault((), "this is no mapping of keys")
        elif source.file not in known and "workflow" not in source.data:
            yield source.fault((), "nothing refers to this file, and it has no key 'workflow'")


def names_inside(names: Iterable[str], place: str) -> list[str]:
    """The names right inside a place of a folder, sorted."""
    return sorted(name for name in names if name.rpartition("/")[0] == place.rstrip("/"))


def read_folder(path: Path) -> Folder:
    """Read every `*.yaml` below a folder. A missing folder is a fault like any other."""
    if not path.is_dir():
        return Folder(path, {}, (Fault(str(path), 1, "", "there is no such folder"),))
    sources, faults = {}, []
    for file in sorted(path.rglob("*.yaml")):
        name = file.relative_to(path).as_posix()
        read = read_yaml(file, name)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            sources[name] = read
    return Folder(path, sources, tuple(faults))


def parse(model: type[Model], source: Source, faults: list[Fault], at: KeyPath = ()) -> Model | None:
    """The file, or what it holds at a path, as a definition; what does not fit is added to `faults` with its line."""
    data = source.data
    for step in at:
        data = data[step]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_input=False, include_context=False):
            path = _in_file(source, (*at, *(step for step in one["loc"] if step != "[key]")))
            faults.append(source.fault(path, one["msg"]))
        return None


def _in_file(source: Source, path: KeyPath) -> KeyPath:
    """The longest beginning of a pydantic location that the file really has, plus the first missing key."""
    for length in range(len(path), 0, -1):
        if path[:length] in source.lines:
            return path[: length + 1]
    return path[:1]

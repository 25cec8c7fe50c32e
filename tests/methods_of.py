"""Where do the tests get the real method, and a copy of its folder with one thing changed?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mem.core.yaml import Fault, Source, read_yaml
from mem.methods.method import Method
from mem.plans.definition import Plan, Tree, tree_of
from mem.process.methods import read_definitions
from mem.questionnaires.definition import Form, form_of
from mem.workflow.loader import Folder, read_folder

MEM = Path(__file__).parents[1] / "workflows" / "mem"


@lru_cache(maxsize=1)
def real_method() -> Method:
    """The method of `workflows/mem`, read once a process."""
    definitions = read_definitions(MEM)
    assert definitions.faults == ()
    return Method.of(definitions.parts)


@lru_cache(maxsize=1)
def real_folder() -> Folder:
    """The files of `workflows/mem`, read once a process; never to be changed in place."""
    return read_folder(MEM)


def real_tree() -> Tree:
    """The plan that the real evaluation cycle uses."""
    return tree_of(real_method(), real_method().mechanism.cycles["evaluation"].plan)


def real_plan() -> Plan:
    return real_tree().plan


def real_form() -> Form:
    """The questionnaire that the real evaluation cycle uses."""
    return form_of(real_method(), real_method().mechanism.cycles["evaluation"].questionnaire)


@dataclass(frozen=True)
class Expected:
    """A fault as a row expects it: its line is the one on which `at` ends in the file as changed."""

    at: str
    path: str
    message: str
    file: str = ""


@dataclass(frozen=True)
class Changed:
    """One thing changed in one file: `old`, which stands there once, becomes `new`; and every fault of it."""

    says: str
    file: str
    old: str
    new: str
    faults: tuple[Expected, ...]

    def text(self, file: str = "") -> str:
        """The text of a file after the change (of the changed file, unless another is named)."""
        name = file or self.file
        text = (MEM / name).read_text(encoding="utf-8")
        if name != self.file:
            return text
        assert text.count(self.old) == 1, f"{self.says}: stands {text.count(self.old)} times, not once"
        return text.replace(self.old, self.new)

    def expected(self) -> list[Fault]:
        """The faults with their files and lines, in the order of `read_definitions`."""
        found = []
        for fault in self.faults:
            line = line_of(self.text(fault.file), fault.at)
            found.append(Fault(fault.file or self.file, line, fault.path, fault.message))
        return in_order(found)

    def folder(self, place: Path) -> Folder:
        """The real folder with this one file read anew, as changed."""
        file = place / Path(self.file).name
        file.write_text(self.text(), encoding="utf-8")
        read = read_yaml(file, self.file)
        real = real_folder()
        rest = {name: source for name, source in real.sources.items() if name != self.file}
        if isinstance(read, Source):
            return Folder(place, {**rest, self.file: read}, ())
        return Folder(place, rest, (read,))


def line_of(text: str, at: str) -> int:
    """The line (from 1) on which `at` ends, which stands there once."""
    assert text.count(at) == 1, f"'{at}' stands {text.count(at)} times, not once"
    return text.count("\n", 0, text.index(at) + len(at)) + 1


def in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.path, fault.message))


def copied(place: Path) -> Path:
    """A copy of `workflows/mem` to change, without its demo."""
    return shutil.copytree(MEM, place / "mem", ignore=shutil.ignore_patterns("demo.yaml"))

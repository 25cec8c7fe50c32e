"""What is a seeded defect? A realistic mistake, as a change of one place, and the test that must catch it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Defect:
    """A mistake: its name, the file under the root, what stands there once, what stands there instead, and the test
    (a node id of pytest, or the beginning of some) that fails then."""

    name: str
    file: str
    right: str
    wrong: str
    caught_by: str

    def made(self, source: str) -> str:
        return source.replace(self.right, self.wrong)


def by_proof(name: str) -> str:
    """The test that runs a proof at its smoke size."""
    return f"tests/proof/test_catalogue.py::test_nothing_is_found_wrong[{name}]"

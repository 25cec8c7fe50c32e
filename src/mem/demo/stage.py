"""Who and what is on stage? The persons with their callers, the round, and what has been counted."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mem.client import Caller


@dataclass(frozen=True)
class Persona:
    """One person of the demo: a role, perhaps for a state, and a way in."""

    person: str
    role: str
    state: str | None
    caller: Caller


@dataclass(frozen=True)
class Evaluation:
    """One country evaluation that the demo drives; `number` is its place among them."""

    id: str
    state: str
    number: int

    @property
    def path(self) -> str:
        return f"/evaluations/{self.id}"


@dataclass
class Stage:
    """Everything the demo knows; shared by the threads that drive evaluations."""

    script: Mapping[str, Any]
    mechanism: Mapping[str, Any]
    seed: int
    states: Sequence[str]
    absent: frozenset[str]
    personas: list[Persona] = field(default_factory=list)
    round: dict[str, Any] = field(default_factory=dict)
    evaluations: list[Evaluation] = field(default_factory=list)
    designations: dict[str, str] = field(default_factory=dict)  # state → designation
    occasions: dict[str, str] = field(default_factory=dict)  # day → occasion
    counted: Counter[str] = field(default_factory=Counter)
    by_state: dict[str, Counter[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def everybody(self, role: str) -> list[Persona]:
        return [persona for persona in self.personas if persona.role == role]

    def one(self, role: str, state: str | None = None) -> Persona | None:
        """The person who plays a role for a state: its own person where each state has one, else one who is not
        from that state."""
        cast = self.everybody(role)
        if self.script["personas"].get(role, {}).get("each") == "state":
            return next((persona for persona in cast if persona.state == state), None)
        return next((persona for persona in cast if state is None or persona.state != state), None)

    def chance(self, *what: object) -> random.Random:
        """Randomness that is the same in each run for the same seed and subject."""
        return random.Random(":".join(str(part) for part in (self.seed, *what)))

    def count(self, what: str, number: int, state: str | None = None) -> None:
        with self.lock:
            self.counted[what] += number
            if state is not None:
                self.by_state.setdefault(state, Counter())[what] += number

"""What do clients ask for while something breaks, and what were they told? They keep the account themselves."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

LANES = 4
TIMES_ASKED = 2_000
"""How often a command is asked again before it is given up: far longer than anything is away."""


class Unknown(Exception):
    """The connection broke: nobody said what became of the command."""


class Busy(Exception):
    """It was said, with this status, to ask again with the same key."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Unexpected(Exception):
    """An answer that nothing explains; it is a failure of the proof."""


@dataclass(frozen=True)
class Scene:
    """A database where three states answer: tokens by state (and `officer`), evaluations by state, the questions,
    a unit of the plan, and the version of the evaluation that is complete."""

    tokens: dict[str, str]
    evaluations: dict[str, str]
    questions: list[str]
    unit: str
    version: int


@dataclass(frozen=True)
class Command:
    """What is asked for, with which key, by whom, on which evaluation. `verb`: answers (many at once), answer (one,
    which has no key but its base), file, or move."""

    key: str
    token: str
    evaluation: str
    verb: str
    body: dict[str, Any]


class Wire(Protocol):
    """A connection to the system under test. Raises `Unknown`, `Busy` or `Unexpected`."""

    def ask(self, command: Command, again: bool) -> Any: ...

    def close(self) -> None: ...


class Record:
    """The account of one client, line by line in a file of its own: what it sent, what it was told."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a+", encoding="utf-8")
        self.sent, self.told = 0, 0

    def send(self, command: Command) -> None:
        self._add({"sent": command.key, "at": datetime.now(UTC).isoformat(), "command": asdict(command)})
        self.sent += 1

    def tell(self, command: Command, result: Any) -> None:
        self._add({"told": command.key, "result": result})
        self.told += 1

    def lines(self) -> list[dict[str, Any]]:
        self._file.seek(0)
        return [json.loads(line) for line in self._file]

    def close(self) -> None:
        self._file.close()

    def _add(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


@dataclass
class Lane:
    """One client: it asks for one thing after another, and for the same again until it is told what became of it."""

    scene: Scene
    number: int
    chance: random.Random
    record: Record
    one_by_one: bool  # whether it also gives answers by PUT
    pending: Command | None = None
    again: bool = False
    refused: Counter[int] = field(default_factory=Counter)
    bases: dict[str, int] = field(default_factory=dict)

    def run(self, wire: Wire, stopped: Callable[[], bool]) -> None:
        """Ask until told to stop. Raises `Unknown` when the connection breaks, and `Unexpected`."""
        while not stopped():
            self.once(wire)

    def once(self, wire: Wire) -> None:
        """Ask for the pending command, or else for the next."""
        command = self.pending = self.pending or self._next()
        for _ in range(TIMES_ASKED):
            self.record.send(command)
            try:
                result = wire.ask(command, self.again)
            except Busy as busy:
                self.refused[busy.status] += 1
                self.again = True
                time.sleep(self.chance.uniform(0.02, 0.1))
                continue
            except Unknown:
                self.again = True
                raise
            self.record.tell(command, result)
            self._done(command)
            self.pending, self.again = None, False
            return
        raise Unexpected(f"still busy after {TIMES_ASKED} times")

    def _next(self) -> Command:
        key = f"lane-{self.number}-{self.chance.getrandbits(64):016x}"
        if self.number == 0:
            return self._move(key)
        state = ("CHL", "CHL", "JAM")[self.number % 3]
        token, evaluation = self.scene.tokens[state], self.scene.evaluations[state]
        if self.chance.random() < 0.2:
            body = {"title": key, "text": self._text(key, 12_000), "unit": self.scene.unit}
            return Command(key, token, evaluation, "file", body)
        most = 1 if self.chance.random() < 0.5 else 12
        asked = self.chance.sample(self.scene.questions[self.number :: LANES], self.chance.randint(1, most))
        answers = [
            {"question": one, "not_applicable": self._text(key, 400), "base": self.bases.get(one, 0)} for one in asked
        ]
        verb = "answer" if self.one_by_one and len(answers) == 1 else "answers"
        return Command(key, token, evaluation, verb, {"answers": answers})

    def _move(self, key: str) -> Command:
        version = self.bases.setdefault("", self.scene.version)
        submits = (version - self.scene.version) % 2 == 0
        who, trigger = ("BRB", "submit_answers") if submits else ("officer", "return_for_clarification")
        body = {"trigger": trigger, "reason": None if submits else key, "version": version}
        return Command(key, self.scene.tokens[who], self.scene.evaluations["BRB"], "move", body)

    def _done(self, command: Command) -> None:
        if command.verb == "move":
            self.bases[""] = command.body["version"] + 1
        for one in command.body.get("answers", ()):
            self.bases[one["question"]] = one["base"] + 1

    def _text(self, key: str, most: int) -> str:
        return f"{key}:{'x' * self.chance.randrange(most)}"


@dataclass
class Clients:
    """All lanes at once, each in a thread; `failures` holds what none of them may be told."""

    lanes: list[Lane]
    connect: Callable[[Lane], Wire]
    failures: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def told(self) -> int:
        return sum(lane.record.told for lane in self.lanes)

    @property
    def in_flight(self) -> bool:
        return any(lane.pending is not None for lane in self.lanes)

    def start(self) -> None:
        self._stop.clear()
        self._threads = [threading.Thread(target=self._run, args=(lane,), daemon=True) for lane in self.lanes]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each end what it is asking for, and wait for them."""
        self._stop.set()
        self.join()

    def join(self) -> None:
        """Wait until every connection is broken, or was told to stop."""
        for thread in self._threads:
            thread.join()

    def settle(self) -> None:
        """Ask again for whatever nobody knows the outcome of."""
        for lane in self.lanes:
            if lane.pending is not None:
                self._guarded(lane, lane.once)

    def _run(self, lane: Lane) -> None:
        self._guarded(lane, lambda wire: lane.run(wire, self._stop.is_set))

    def _guarded(self, lane: Lane, act: Callable[[Wire], None]) -> None:
        try:
            wire = self.connect(lane)
            try:
                act(wire)
            finally:
                wire.close()
        except Unknown:
            return
        except Unexpected as error:
            self.failures.append(f"lane {lane.number} was told: {error}")

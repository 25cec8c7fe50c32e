"""Does the API keep to its own description, whatever anybody sends, a hundred thousand times? (T05)

What is sent is drawn from the description: as it says, otherwise than it says, and from its edges; by everybody, while
evaluations stand in stages of the seed. Some requests come once more with no token, or with one that is none.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from tests import databases, described
from tests.described import Operation, Stand, known_in, path_fits
from tests.proof.catalogue import Ask, Tally
from tests.proof.house import installed_methods
from tests.road import STAGES

from mem.people.actions import ACTIONS

A_STAND = 6_000
"""Requests to one stand; then everything stands elsewhere."""
EXAMPLES = 5
EDGES = 20
"""How many are sent of what is drawn, and of the edges, for one operation by one role at a time."""
WAYS = ("as described", "otherwise", "edges")
BEFORE_ASKING_WHO = (400, 405, 413, 415)
"""What a request is told that is none, before anybody asks who sent it."""
FORGED = f"mem_{'0' * 16}_{'A' * 43}"
SOME = 1_000
"""Below so many runs, two roles ask, so that a run is short."""


@dataclass
class Asked:
    """What was sent in all, and what is against it."""

    runs: int
    seed: int
    tally: Tally = field(default_factory=Tally)
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    refused_without: int = 0

    @property
    def over(self) -> bool:
        return self.tally.runs >= self.runs

    def send(self, stand: Stand, case: Case[Any], role: str) -> None:
        if self.over:
            return
        self.tally.runs += 1
        try:
            response = stand.send(case, role)
        except (Failure, FailureGroup, AssertionError) as error:
            self.tally.failures.append(f"{role}, seed {self.seed}: {str(error)[:1_500]}")
            return
        self.statuses[response.status_code] += 1
        self.operations.add(str(case.operation.definition.raw["operationId"]))
        action = ACTIONS[case.operation.definition.raw["x-action"]]
        if not action.open and self.tally.runs % 10 == 0:
            self.without(stand, case, role)

    def without(self, stand: Stand, case: Case[Any], role: str) -> None:
        """The same request by nobody, and by somebody who is none."""
        for token in ("", FORGED):
            self.tally.runs += 1
            answer = stand.ask(case, token)
            status = answer.status_code
            self.refused_without += status == httpx.codes.UNAUTHORIZED
            if status not in (httpx.codes.UNAUTHORIZED, *BEFORE_ASKING_WHO) and not _of_the_query(answer):
                self.tally.failures.append(f"seed {self.seed}: {case.as_curl_command()} by nobody: {status}")


def _of_the_query(answer: httpx.Response) -> bool:
    """Whether it was refused for the form of its query, which is looked at before anybody is asked who they are."""
    if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
        return False
    return {one["code"] for one in answer.json()["errors"]} <= {"unknown_parameter", "not_utf8", "twice"}


def asked(ask: Ask) -> Tally:
    """Send as many requests as are asked for."""
    found, methods, template = Asked(ask.runs, ask.seed), installed_methods(), databases.sqlite_template(ask.folder)
    turn = 0
    while not found.over:
        draw = random.Random(f"{ask.seed} {turn}")
        roles = [*described.STAGES] if ask.runs >= SOME else draw.sample([*described.STAGES], 2)
        stages = {role: described.STAGES[role] if turn == 0 else draw.choice(STAGES) for role in roles}
        folder = ask.folder / str(turn)
        url = databases.sqlite_copy(template, folder)
        with described.stand(folder, url, methods, draw.getrandbits(30), stages) as stand:
            until = found.tally.runs + A_STAND
            for send in ways(stand, draw, found):
                if found.over or found.tally.runs >= until:
                    break
                send()
        turn += 1
    tally = found.tally
    if not found.refused_without:
        tally.failures.append("nobody was refused for want of a token: nothing was asked")
    tally.detail = {
        "stands": turn, "operations": len(found.operations), "refused without a token": found.refused_without,
        "statuses": ", ".join(f"{status}: {number}" for status, number in sorted(found.statuses.items())),
    }  # fmt: skip
    return tally


def ways(stand: Stand, draw: random.Random, found: Asked) -> Iterator[Callable[[], None]]:
    """Every operation by every role in every way, shuffled."""
    every = [(one, role, way) for one in stand.operations() for role in stand.roles for way in WAYS]
    draw.shuffle(every)
    for operation, role, way in every:
        yield lambda o=operation, r=role, w=way: _sent(stand, o, r, w, draw, found)  # type: ignore[misc]


def _sent(stand: Stand, operation: Operation, role: str, way: str, draw: random.Random, found: Asked) -> None:
    there = known_in(operation, stand.roles[role])
    if way == "edges":
        modes, config = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], stand.schema.config.generation
        cases = list(stand.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config))
        for case in draw.sample(cases, min(EDGES, len(cases))):
            if path_fits(case):
                case.path_parameters.update(there)
            found.send(stand, case, role)
        return
    mode = GenerationMode.POSITIVE if way == "as described" else GenerationMode.NEGATIVE

    @seeded(draw.getrandbits(60))
    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=[*HealthCheck],
              phases=[Phase.generate])  # fmt: skip
    @given(operation.as_strategy(mode, path_parameters=there or None))
    def answered(case: Case[Any]) -> None:
        found.send(stand, case, role)

    with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):  # nothing to send otherwise
        answered()

"""Does the API keep to its own description, whatever is sent and whoever sends it? Whether they may is asked elsewhere.

Two ways of finding what to send, both the same in each run: values at the edges of the description, all that there
are, each sent by a role that may; and random ones, some for each operation, sent by every role.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from tests import databases, described
from tests.described import MAY, STAGES, Stand, known_in, path_fits

from mem.methods.method import Method

SEED = 4711
EXAMPLES = 4
"""Of each kind (as described, and not), for each operation and role."""


@pytest.fixture(scope="module")
def stand(
    sqlite_template: Path, methods: dict[str, Method], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """One for all, since whatever is stored changes nothing of what is described."""
    folder = tmp_path_factory.mktemp("described")
    with described.stand(folder, databases.sqlite_copy(sqlite_template, folder), methods, SEED) as found:
        yield found


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
@pytest.mark.parametrize("role", STAGES)
def test_whatever_anybody_sends_is_answered_as_described(stand: Stand, role: str, mode: GenerationMode) -> None:
    for operation in stand.operations():
        there = known_in(operation, stand.roles[role])

        @seed(SEED)
        @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=[*HealthCheck],
                  phases=[Phase.generate])  # fmt: skip
        @given(operation.as_strategy(mode, path_parameters=there or None))
        def answered(case: Case[Any]) -> None:
            stand.send(case, role)

        with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):  # nothing to send otherwise
            answered()


@pytest.mark.parametrize("role", STAGES)
def test_every_edge_of_the_description_holds(stand: Stand, role: str) -> None:
    modes, config, sent = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], stand.schema.config.generation, 0
    for operation in stand.operations():
        if MAY.get(operation.definition.raw["x-action"], "officer") == role:
            there = known_in(operation, stand.roles[role])
            for case in stand.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config):
                if path_fits(case):
                    case.path_parameters.update(there)
                stand.send(case, role)
                sent += 1
    assert sent > 0

"""Does each proof hold at its smoke size, on every commit?"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tests.proof.catalogue import PROOFS, Ask, Proof

SEED = int(os.environ.get("MEM_SEED") or random.SystemRandom().randrange(2**32))


@pytest.mark.parametrize("proof", [proof for proof in PROOFS if proof.smoke], ids=lambda proof: proof.name)
def test_nothing_is_found_wrong(proof: Proof, tmp_path: Path) -> None:
    tally = proof(Ask(proof.smoke, SEED, tmp_path))
    assert tally.failures == [], f"MEM_SEED={SEED}"
    assert tally.runs >= proof.smoke


def test_names_are_given_once() -> None:
    assert len({proof.name for proof in PROOFS}) == len(PROOFS)

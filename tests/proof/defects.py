"""Does the test that claims a seeded defect fail when the defect is made?

Each is made in a copy of the house as it stands in the working tree, so that nothing of ours is touched; before that,
the same test must pass in an untouched copy.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from tests.defects.catalogue import DEFECTS
from tests.defects.defect import ROOT
from tests.proof.catalogue import Ask, Tally

PASSED, FAILED = 0, 1
"""What pytest ends with; anything else says that it did not run the test."""


def caught(ask: Ask) -> Tally:
    """Make as many of the defects as are asked for, chosen by the seed."""
    chosen = random.Random(ask.seed).sample(DEFECTS, min(ask.runs, len(DEFECTS)))
    tally, sound = Tally(), dict[str, bool]()
    for number, defect in enumerate(chosen):
        house = _copy(ask.folder / str(number))
        if defect.caught_by not in sound:
            sound[defect.caught_by] = _ends(house, defect.caught_by) == PASSED
        if not sound[defect.caught_by]:
            tally.failures.append(f"{defect.caught_by} fails without any defect")
        else:
            place = house / defect.file
            place.write_text(defect.made(place.read_text()))
            if (ended := _ends(house, defect.caught_by)) != FAILED:
                tally.failures.append(f"'{defect.name}' is not caught by {defect.caught_by} (ended with {ended})")
        tally.runs += 1
        shutil.rmtree(house)
    tally.detail = {"of": len(DEFECTS), "tests": len(sound)}
    return tally


def _copy(house: Path) -> Path:
    """All that git knows of, as it is in the working tree."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in known.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (house / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, house / name)
    return house


def _ends(house: Path, test: str) -> int:
    """How pytest ends on a test in a copy, whose source goes before the installed one."""
    # no cache of compiled files: a defect of the same length, made within the same second, would not be seen
    more = {"PYTHONPATH": str(house / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    done = subprocess.run(command, cwd=house, env=os.environ | more, capture_output=True, check=False)
    return done.returncode

"""Can each seeded defect still be made, and does the test that claims it exist?"""

from __future__ import annotations

import pytest
from tests.defects.catalogue import DEFECTS
from tests.defects.defect import ROOT, Defect

ENOUGH = 40


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_changes_one_place_and_its_test_is_there(defect: Defect) -> None:
    assert (ROOT / defect.file).read_text().count(defect.right) == 1
    assert defect.right != defect.wrong
    file, *names = defect.caught_by.split("::")
    source = (ROOT / file).read_text()
    assert all(f"def {name.split('[')[0]}(" in source or f"class {name}" in source for name in names)


def test_there_are_enough_of_them_and_each_has_its_own_name() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
    assert len(DEFECTS) >= ENOUGH

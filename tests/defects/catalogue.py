"""Which mistakes must the tests find?

`tests/defects/test_catalogue.py` sees on every commit that each can still be made; `python -m tests.proof --only
T30-defects` makes them one by one, each in a copy of the house, and sees the test that claims it fail.
"""

from __future__ import annotations

from tests.defects.concurrency import CONCURRENCY
from tests.defects.defect import Defect
from tests.defects.door import DOOR
from tests.defects.faults import FAULTS
from tests.defects.secrecy import SECRECY
from tests.defects.storage import STORAGE

DEFECTS: tuple[Defect, ...] = (*DOOR, *CONCURRENCY, *FAULTS, *SECRECY, *STORAGE)

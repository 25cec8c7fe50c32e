"""Which attacks on the record must an outsider find?"""

from __future__ import annotations

from tests.attacks.chains import CHAINS
from tests.attacks.events import EVENTS
from tests.attacks.record import Attack
from tests.attacks.statements import STATEMENTS
from tests.attacks.values import VALUES

ATTACKS: tuple[Attack, ...] = (*VALUES, *EVENTS, *CHAINS, *STATEMENTS)

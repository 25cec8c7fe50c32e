"""Which tables are there? Every feature's, so that migrations and checks see them all."""

from __future__ import annotations

from mem.answers import models as answers
from mem.assessments import models as assessments
from mem.core.db import Base
from mem.evidence import models as evidence
from mem.idempotency import models as idempotency
from mem.ledger import models as ledger
from mem.methods import models as methods
from mem.people import models as people
from mem.recommendations import models as recommendations
from mem.reports import models as reports
from mem.rounds import models as rounds

FEATURES = (
    answers, assessments, evidence, idempotency, ledger, methods, people, recommendations, reports, rounds,
)  # fmt: skip
METADATA = Base.metadata

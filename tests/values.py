"""What does a country of a test answer? A simple value that fits, whatever is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from mem.questionnaires.definition import Asked


def value_for(asked: Asked, evidence: UUID) -> Any:
    """A simple value that fits a question; where there is a choice, all of it that goes together."""
    choices, rows, years = list(asked.shape.choices), asked.shape.rows, asked.shape.years
    together = [choice for choice in choices if choice not in asked.shape.exclusive]
    return {
        "yes_no": True, "text": "A synthetic answer.", "integer": 3, "year": 2018,
        "single_choice": next(iter(choices), None), "multi_choice": together,
        "table_by_year": {row: {str(year): 7 for year in years} for row in rows},
        "legal_instrument": {"title": "Synthetic Act"}, "document": [str(evidence)],
    }[asked.type.name]  # fmt: skip

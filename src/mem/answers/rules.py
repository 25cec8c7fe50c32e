"""What is still missing? Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mem.core.errors import Reason
from mem.questionnaires.definition import Form


def missing(
    form: Form, values: Mapping[str, Any], not_applicable: Collection[str], out: Collection[str]
) -> list[Reason]:
    """Every required question that is shown and has neither a value nor a reason why it does not apply.

    `values` holds answered values by question, `out` the units that the cycle leaves out: a question only about
    those is not required. `about` of each reason is `<unit> <question>`.
    """
    shown = form.shown(values)
    return [
        Reason("answer_missing", "A required answer is missing.", about=f"{units[0]} {key}")
        for key, asked in form.asked.items()
        if key in shown
        and asked.question.required
        and key not in values
        and key not in not_applicable
        and (units := asked.units_in(out))
    ]

"""Where do the tests get a method from that differs from the real one as a new version would?"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from mem.methods.method import Method

ROAD, DAYS = "country_evaluation.yaml", "calendar.yaml"
LEGAL: dict[str, Any] = {
    "title": {"en": "Legal review", "es": "Revisión jurídica", "fr": "Examen juridique", "pt": "Revisão jurídica"},
    "waits_for": "mem_unit",
    "sees": {"mem_unit": ["report"]},
}
Change = Callable[[dict[str, Any]], object]


def changed(method: Method, *changes: Change) -> Method:
    """The method after some changes of its files in place."""
    parts: dict[str, Any] = deepcopy(dict(method.parts))
    for change in changes:
        change(parts)
    return Method.of(parts)


def way(parts: dict[str, Any], trigger: str) -> dict[str, Any]:
    """A transition of the road of an evaluation."""
    found: dict[str, Any] = next(one for one in parts[ROAD]["transitions"] if one["trigger"] == trigger)
    return found


def with_a_stage(parts: dict[str, Any]) -> None:
    """The secretariat clears each report before the Commission sees it."""
    parts[ROAD]["stages"]["legal_review"] = LEGAL
    way(parts, "finalise")["to"] = "legal_review"
    clear = {"trigger": "clear", "from": "legal_review", "to": "before_commission", "by": ["mem_unit"]}
    parts[ROAD]["transitions"].append(clear)


def with_more_days(parts: dict[str, Any]) -> None:
    """A week more for the comments of the country."""
    parts[DAYS]["days"]["country_comment"]["days"] += 7


def with_less_sight(parts: dict[str, Any]) -> None:
    """The secretariat does not see the comments before they are returned."""
    parts[ROAD]["stages"]["country_comment"]["sees"]["mem_unit"].remove("comments")


def without_a_stage(parts: dict[str, Any]) -> None:
    """The comments of the country go to the Commission by themselves; nobody revises."""
    stages, ways = parts[ROAD]["stages"], parts[ROAD]["transitions"]
    del stages["country_comment"]
    for one in ways:
        one["from"] = [stage for stage in _stages(one) if stage != "country_comment"]
        one["to"] = "revision" if one["to"] == "country_comment" else one["to"]
    parts[ROAD]["transitions"] = [one for one in ways if one["from"]]


def _stages(one: dict[str, Any]) -> list[str]:
    return [one["from"]] if isinstance(one["from"], str) else one["from"]

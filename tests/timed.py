"""Where does a test get a method from whose deadlines hang on something else than the entry into a stage?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mem.methods.method import Method

LANGUAGES = ("en", "es", "fr", "pt")


def timed(method: Method, deadlines: Mapping[str, Mapping[str, Any]], road: str = "country_evaluation") -> Method:
    """The method with these deadlines of stages, spans `five_weeks`, `a_month` and `ten_days`, and a date `hearing`."""
    spans = {"five_weeks": {"weeks": 5}, "a_month": {"months": 1}, "ten_days": {"days": 10}}
    calendar, part = method.parts["calendar.yaml"], method.parts[f"{road}.yaml"]
    days = {**calendar["days"], **{name: {**one, "basis": "ours"} for name, one in spans.items()}}
    hearing = {"hearing": {"title": dict.fromkeys(LANGUAGES, "Hearing")}}
    stages = {name: {**one, "deadline": deadlines[name]} for name, one in part["stages"].items() if name in deadlines}
    changed = {**part, "stages": {**part["stages"], **stages}}
    return Method.of(
        {**method.parts, "calendar.yaml": {**calendar, "days": days, "dates": hearing}, f"{road}.yaml": changed}
    )

"""How is something of a definition said in one line to whoever reads it: a text, a guard, the time of a stage?"""

from __future__ import annotations

from collections.abc import Mapping

from mem.workflow.definition import Calendar, Stage, Use, Workflow
from mem.workflow.spans import Anchor


def in_language(text: Mapping[str, str], language: str) -> str:
    """A text in a language, or in the first one that it has."""
    return text.get(language) or next(iter(text.values()))


def of_use(use: Use) -> str:
    """A guard or an effect with its parameters, by name: a pinned copy does not keep their order."""
    given = ", ".join(f"{name}: {_value(value)}" for name, value in sorted(use.params.items()))
    return f"{use.name} ({given})" if given else use.name


def of_time(stage: Stage, calendar: Calendar) -> str | None:
    """How long a stage lasts, or until when; None where nothing limits it."""
    deadline = stage.deadline
    if deadline is None:
        return None
    span = calendar.days[deadline.days]
    number, unit = next((n, u) for u in ("day", "week", "month") if (n := getattr(span, f"{u}s")) is not None)
    time = f"{number} {unit}{'' if number == 1 else 's'}"
    if deadline.anchor is None:
        return time
    return f"{time} {'before' if deadline.before else 'after'} {_of_anchor(deadline.anchor)}"


def _of_anchor(anchor: Anchor) -> str:
    road = f" of the {anchor.workflow}" if anchor.workflow else ""
    for word, what in (("occasion", "the occasion"), ("date", "the date"), ("deadline", "the end of"), ("entry", "")):
        if (name := getattr(anchor, word)) is not None:
            return f"{what} '{name}'{road}".lstrip()
    raise AssertionError("an anchor names one thing")


def lapses(workflow: Workflow, trigger: str, stage: str) -> bool:
    """Whether a trigger fires by itself when the time of a stage has passed."""
    deadline = workflow.stages[stage].deadline
    return deadline is not None and deadline.lapse == trigger


def _value(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)

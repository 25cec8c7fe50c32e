"""What shape has the demo's script, and which tasks can it name? A key that is not here is a fault of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


def _filled(*fields: str) -> Callable[[str], str]:
    """A pattern of text in which only these fields stand."""

    def check(pattern: str) -> str:
        for _, field, form, conversion in Formatter().parse(pattern):
            if field is not None and (field not in fields or form or conversion):
                raise ValueError(f"there is no field '{field}' here")
        return pattern

    return check


Numbered = Annotated[Text, AfterValidator(_filled("n"))]
OfState = Annotated[Text, AfterValidator(_filled("state"))]
OfUnit = Annotated[Text, AfterValidator(_filled("unit"))]
Piece = Annotated[Text, AfterValidator(_filled("state", "unit", "n"))]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeftOut(Part):
    unit: Text
    reason: Text


class CyclePart(Part):
    kind: Text
    code: Text
    title: Text
    excluded: list[LeftOut] | None = None


class RoundPart(Part):
    code: Text
    title: Text
    members_on: Day | None = None
    cycles: list[CyclePart] = Field(min_length=1)


class Cast(Part):
    """How many play a role: one, or so many (`persons`); one for each state; or one for each of the first so many
    states."""

    each: Literal["state"] | None = None
    from_states: int | None = Field(None, ge=1)
    persons: int = Field(1, ge=1)
    designated_as: Text | None = None


class NotParticipating(Part):
    number: int = Field(ge=0)
    at_least_states: int = Field(1, ge=1)
    as_: Text = Field(alias="as")
    trigger: Text
    reason: Text


class Stop(Part):
    round: list[Text] = []


class Levels(Part):
    high: Text
    middle: Text
    low: Text


class Inventions(Part):
    """What is made up, and how often; texts with the fields that they may use."""

    language: Text
    yes: Share
    not_applicable: Share
    texts: list[Numbered] = Field(min_length=1)
    not_applicable_reason: Text
    legal_title: Numbered
    evidence_title: Piece
    evidence_url: Piece
    file_text: OfState
    finding: Levels
    dissent: Text
    recommendation: OfUnit
    comment: Text
    comment_rating: Text
    response_reason: Text
    changed: Text


class Script(Part):
    """The whole script. The tasks under `work` (workflow, then stage) have the shapes of `TASKS`."""

    seed: int
    round: RoundPart
    observer: Text
    personas: dict[str, Cast] = Field(min_length=1)
    not_participating: NotParticipating | None = None
    avoid: list[Text] = []
    stop: Stop = Stop()
    one_by_one: int = Field(ge=0)
    work: dict[str, dict[str, list[dict[str, Any]]]]
    inventions: Inventions


class Task(Part):
    """A piece of work, and the role that does it."""

    do: Text
    as_: Text = Field(alias="as")


class Sharing(Task):
    share: Share


class Answering(Task):
    only: list[Text] | None = Field(None, min_length=1)


class Numbering(Task):
    number: int = Field(ge=1)


class Trying(Task):
    states: int = Field(ge=0)


class Speaking(Task):
    dissent: Share


class Commenting(Task):
    number: int = Field(ge=0)
    on: list[Text] = Field(min_length=1)


class Holding(Task):
    kind: Text
    title: Text


TASKS: Mapping[str, Mapping[str, type[Task]]] = {
    "round": {"enrol_states": Task, "designate_experts": Task},
    "country_evaluation": {
        "attach_evidence": Sharing,
        "answer_questionnaire": Answering,
        "assign_experts": Numbering,
        "try_own_country": Trying,
        "write_findings": Task,
        "conclude": Task,
        "speak": Speaking,
        "comment": Commenting,
        "respond": Task,
        "record_occasion": Holding,
    },
}
"""What can be done on a subject of each kind, with the shape of the task."""

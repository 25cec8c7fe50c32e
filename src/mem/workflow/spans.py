"""How long is a span, and from what is a deadline counted?

    deadline: {days: review}                                          # so long after the stage was entered
    deadline: {days: papers, before: {occasion: plenary}}             # so long before the next plenary
    deadline: {days: reply, after: {date: hearing}, lapse: close}     # after a date set for the round; then it closes
    deadline: {days: margin, before: {deadline: evaluation, workflow: round}}

`days` names an entry of calendar.yaml, which says so many days, weeks or months: `papers: {weeks: 5, basis: …}`.
Without `lapse` a deadline is only a reminder. What hangs on something that is not known yet has no date until it is.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TypeVar

from pydantic import Field, model_validator

from mem.core.languages import LocalizedText
from mem.workflow.shape import Definition, Name

Moment = TypeVar("Moment", bound=date)


class Span(Definition):
    """So many days, weeks or months of the calendar, and what that number is based on. A month from the 31st ends with
    the month that it leads to."""

    days: int | None = Field(None, ge=1, le=3660)
    weeks: int | None = Field(None, ge=1, le=520)
    months: int | None = Field(None, ge=1, le=120)
    basis: str

    @model_validator(mode="after")
    def _one_unit(self) -> Span:
        if sum(one is not None for one in (self.days, self.weeks, self.months)) != 1:
            raise ValueError("say one of days, weeks and months")
        return self

    def after(self, moment: Moment) -> Moment:
        """The moment (a day or an instant) so much later. Raises `ValueError` or `OverflowError` past the year 9999."""
        return self._shifted(moment, 1)

    def before(self, moment: Moment) -> Moment:
        """The moment so much earlier. Raises as `after` does."""
        return self._shifted(moment, -1)

    def _shifted(self, moment: Moment, sign: int) -> Moment:
        if self.months is None:
            return moment + sign * timedelta(days=self.days or 0, weeks=self.weeks or 0)
        year, month = divmod(moment.year * 12 + moment.month - 1 + sign * self.months, 12)
        last = monthrange(year, month + 1)[1]
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


class NamedDate(Definition):
    """A date that each round sets for itself."""

    title: LocalizedText


class Calendar(Definition):
    """Spans by name, and the dates that a round sets."""

    days: dict[Name, Span]
    dates: dict[Name, NamedDate] = {}


class Anchor(Definition):
    """What a deadline is counted from, one of: the next `occasion` of a kind, a `date` of the round, the `deadline` of
    another stage (once that is entered, as it stands), the `entry` into another stage. The last two are of the same
    workflow, or of the `workflow` of the round."""

    occasion: Name | None = None
    date: Name | None = None
    deadline: Name | None = None
    entry: Name | None = None
    workflow: Name | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Anchor:
        if sum(one is not None for one in (self.occasion, self.date, self.deadline, self.entry)) != 1:
            raise ValueError("say one of occasion, date, deadline and entry")
        if self.workflow is not None and self.stage is None:
            raise ValueError("a workflow goes with a deadline or an entry")
        return self

    @property
    def stage(self) -> str | None:
        """The other stage that is meant, if one is."""
        return self.deadline or self.entry


class StageDeadline(Definition):
    """Until when a subject may stand in a stage. `days` names an entry of the calendar, counted from the entry into the
    stage unless it says before or after what; `lapse` is the trigger that fires then."""

    days: Name
    before: Anchor | None = None
    after: Anchor | None = None
    lapse: Name | None = None

    @model_validator(mode="after")
    def _one_side(self) -> StageDeadline:
        if self.before is not None and self.after is not None:
            raise ValueError("say before or after, not both")
        return self

    @property
    def anchor(self) -> Anchor | None:
        """What it hangs on; None: the entry into the stage."""
        return self.before or self.after

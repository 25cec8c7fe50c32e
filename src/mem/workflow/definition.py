"""What shape has a method: its mechanism, roles, scales, days and workflows?

Strict and frozen; a key that is not here is a fault of the file. Names that point elsewhere are checked in
`workflow.check`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from mem.core.languages import LanguageCode, LocalizedText
from mem.workflow.shape import Definition as Definition
from mem.workflow.shape import Name as Name
from mem.workflow.spans import Calendar as Calendar
from mem.workflow.spans import StageDeadline

Subject = Literal["round", "country_evaluation", "recommendation"]
Needed = Literal["reason", "occasion"]
When = Literal["running", "suspended", "always"]
SAME = "same"
"""Where a transition leads that stays where it is."""


class Use(Definition):
    """A guard or an effect by its name, with its parameters."""

    name: Name
    params: dict[str, Any] = {}


def _use(value: Any) -> Any:
    """`name` or `{name: {parameter: value}}`, as a person writes it."""
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1:
        ((name, params),) = value.items()
        return {"name": name, "params": params}
    return value


Uses = list[Annotated[Use, BeforeValidator(_use)]]
Artefacts = dict[Name, list[Name]]


class Stage(Definition):
    """Where a subject can stand: whom it waits for, who edits what, who sees what (roles to artefacts); `public` says
    that the report has been published, `sees_as_before` that each role sees what it saw in the stage that was left,
    too."""

    title: LocalizedText
    waits_for: Name | None = None
    deadline: StageDeadline | None = None
    edits: Artefacts = {}
    sees: Artefacts = {}
    sees_as_before: bool = False
    final: bool = False
    public: bool = False


class Transition(Definition):
    """A trigger leads from one or several stages to another, or stays where it is (`to: same`, with the deadline that
    runs); `by` nobody means only a lapse fires it. Where `second` names roles, it takes two persons: one of these
    approves what one of those in `by` asks for. `while` says whether the subject runs (unless said), is suspended, or
    either."""

    trigger: Name
    from_: Annotated[list[Name], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)] = Field(
        alias="from", min_length=1
    )
    to: Name
    while_: When = Field("running", alias="while")
    by: list[Name]
    second: list[Name] = []
    needs: list[Needed] = []
    guards: Uses = []
    effects: Uses = []

    def leads(self, stage: str) -> str:
        """The stage it leads to from a stage."""
        return stage if self.to == SAME else self.to


class OpeningKind(Definition):
    """How something is opened again to a country for a time: for how long unless said (`days`, an entry of the
    calendar), which `artefacts`, and whether everything may be opened at once (`whole`), and by how many."""

    title: LocalizedText
    days: Name
    artefacts: list[Name] = Field(min_length=1)
    whole: Literal["never", "one_person", "two_persons"] = "never"


class Workflow(Definition):
    """One road: the stages of one kind of subject, and the transitions between them; and the kinds of opening."""

    workflow: Name
    version: int = Field(ge=1)
    subject: Subject
    initial: Name
    sees_always: Artefacts = {}
    stages: dict[Name, Stage] = Field(min_length=1)
    transitions: list[Transition] = Field(min_length=1)
    openings: dict[Name, OpeningKind] = {}

    def transition(self, trigger: str, stage: str) -> Transition | None:
        """The transition of this trigger that leaves this stage."""
        return next((t for t in self.transitions if t.trigger == trigger and stage in t.from_), None)

    def leaving(self, stage: str) -> list[Transition]:
        """The transitions that leave a stage, in the order of the file."""
        return [t for t in self.transitions if stage in t.from_]

    def sees(self, stage: str, before: str | None = None) -> dict[str, frozenset[str]]:
        """Role to the artefacts it sees in this stage, what is seen always included; and what it saw in the stage
        `before`, where this one says so."""
        here = self.stages[stage]
        shown = [here.sees, self.sees_always]
        if here.sees_as_before and before in self.stages:
            shown.append(self.stages[before].sees)
        roles = {role for table in shown for role in table}
        return {role: frozenset(one for table in shown for one in table.get(role, [])) for role in roles}

    def edits(self, stage: str) -> dict[str, frozenset[str]]:
        """Role to the artefacts it edits in this stage."""
        return {role: frozenset(artefacts) for role, artefacts in self.stages[stage].edits.items()}


class Role(Definition):
    """Who one can be. `evaluates` marks a judge of other states; `assigned` one who acts only where assigned.

    `incompatible`: roles that nobody holds together with this one (said by one of the two, it holds for both).
    `grants`: roles that a holder who may manage people gives and ends; none unless said.
    """

    title: LocalizedText
    scope: Literal["own", "others", "all"]
    evaluates: bool = False
    assigned: bool = False
    capabilities: list[Name] = []
    incompatible: list[Name] = []
    grants: list[Name] = []

    @property
    def of_a_state(self) -> bool:
        """Whether a membership in this role must name a state."""
        return self.scope != "all"


class Roles(Definition):
    roles: dict[Name, Role]


class ScaleValue(Definition):
    """One step of a scale. `verified: false` marks a label that no source confirms."""

    code: Name
    label: LocalizedText
    rank: int | None = None
    applicable: bool = True
    demands_recommendation: bool = False
    verified: bool = True


class Scale(Definition):
    title: LocalizedText
    values: list[ScaleValue] = Field(min_length=2)

    def value(self, code: str) -> ScaleValue | None:
        return next((value for value in self.values if value.code == code), None)


class Scales(Definition):
    scales: dict[Name, Scale]


class Member(Definition):
    """A member state by ISO 3166-1 alpha-3 code, with its names and the dates of its membership. `in_text`: how its
    name stands within a sentence, in the languages in which that takes an article."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    names: LocalizedText
    in_text: LocalizedText | None = None
    official: LocalizedText
    region: Name
    language: LanguageCode
    since: str
    until: str | None = None
    note: str | None = None

    @property
    def within_text(self) -> dict[str, str]:
        """Its name as a sentence says it, in every language that there is a name in."""
        return {**self.names, **(self.in_text or {})}

    def on(self, day: str) -> bool:
        """Whether it is a member on a day (ISO)."""
        return self.since <= day and (self.until is None or day < self.until)


class Region(Definition):
    code: Name
    names: LocalizedText


class Members(Definition):
    regions: list[Region]
    members: list[Member]

    def member(self, code: str) -> Member | None:
        return next((member for member in self.members if member.code == code), None)


class Exclusion(Definition):
    """A unit of the plan that a cycle does not evaluate, and why."""

    unit: str
    reason: Annotated[str, StringConstraints(pattern=r"\S")]


class CycleKind(Definition):
    """What a cycle of this kind uses: its workflow, plan, questionnaire, scale, document, and the rated level."""

    title: LocalizedText
    workflow: Name
    plan: str
    questionnaire: str
    scale: Name
    document: Name
    rated: Name
    excluded: list[Exclusion] = []


class OccasionKind(Definition):
    title: LocalizedText


class Mechanism(Definition):
    """The whole: which workflows, kinds of cycle, occasions, ranks and languages there are. `second_within` names the
    entry of the calendar within which a second person approves what takes two; unless said, without end."""

    mechanism: Name
    version: int = Field(ge=1)
    title: LocalizedText
    languages: list[LanguageCode] = Field(min_length=1)
    round_workflow: Name
    recommendation_workflow: Name
    occasions: dict[Name, OccasionKind] = {}
    second_within: Name | None = None
    ranks: list[Name] = Field(min_length=1)
    cycles: dict[Name, CycleKind] = Field(min_length=1)

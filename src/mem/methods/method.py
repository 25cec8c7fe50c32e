"""What does a method say? Its parts as plain data, and those of the engine as definitions, built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from mem.core.canonical import canonical, digest, digest_of
from mem.workflow.definition import Calendar, Mechanism, Members, Role, Roles, Scale, Scales, Workflow
from mem.workflow.loader import names_inside
from mem.workflow.machine import Road


@dataclass(frozen=True, eq=False)
class Method:
    """One version of a mechanism. `parts` maps file name to content; equality and hash are by `digest`."""

    digest: str
    parts: Mapping[str, Any] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @classmethod
    def of(cls, parts: Mapping[str, Any]) -> Method:
        """The method of these files; the digest is over the canonical bytes of each."""
        return cls(digest_of({name: digest(canonical(data)) for name, data in parts.items()}), dict(parts))

    @cached_property
    def mechanism(self) -> Mechanism:
        return Mechanism.model_validate(self.parts["mechanism.yaml"])

    @cached_property
    def roles(self) -> dict[str, Role]:
        return dict(Roles.model_validate(self.parts["roles.yaml"]).roles)

    @cached_property
    def members(self) -> Members:
        return Members.model_validate(self.parts["states.yaml"])

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.model_validate(self.parts["calendar.yaml"])

    def second_until(self, now: datetime) -> datetime | None:
        """Until when a second person approves what another asks for now; None: without end."""
        name = self.mechanism.second_within
        return None if name is None else self.calendar.days[name].after(now)

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return dict(Scales.model_validate(self.parts["scales.yaml"]).scales)

    def scale(self, name: str) -> Scale:
        return self._scales[name]

    @cached_property
    def workflows(self) -> dict[str, Workflow]:
        found = (
            Workflow.model_validate(data) for data in self.inside("") if isinstance(data, dict) and "workflow" in data
        )
        return {workflow.workflow: workflow for workflow in found}

    @cached_property
    def roads(self) -> dict[str, Road]:
        """One shared machine for each workflow."""
        return {name: Road(workflow) for name, workflow in self.workflows.items()}

    def inside(self, place: str) -> list[Any]:
        """The contents of the files right inside a place (`plans/`, or "" for the top), by name."""
        return [self.parts[name] for name in names_inside(self.parts, place)]

"""Do the entries of a mechanism's lists hold by themselves: its roles, its scales, its member states?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mem.core.yaml import Fault, KeyPath, Source
from mem.workflow.definition import Members, Role, Roles, Scales
from mem.workflow.vocabulary import Vocabulary


def role_faults(source: Source, roles: Roles, words: Vocabulary) -> Iterator[Fault]:
    """An unknown capability or role; a judge who could judge the own state, or is not marked as one."""
    for name, role in roles.roles.items():
        path: KeyPath = ("roles", name)
        for index, capability in enumerate(role.capabilities):
            where = (*path, "capabilities", index)
            if capability not in words.capabilities:
                yield source.fault(where, f"unknown capability '{capability}'")
            yield from (source.fault(where, against) for against in _against(role, capability, words))
        for key, names in (("incompatible", role.incompatible), ("grants", role.grants)):
            for index, one in enumerate(names):
                if one not in roles.roles:
                    yield source.fault((*path, key, index), f"unknown role '{one}'")
        if role.evaluates and role.scope != "others":
            yield source.fault((*path, "evaluates"), "whoever evaluates has the scope 'others', never the own state")


def _against(role: Role, capability: str, words: Vocabulary) -> Iterator[str]:
    if capability in words.judging and not role.evaluates:
        yield f"'{capability}' is for a role that says 'evaluates: true'"
    if capability in words.never_over_the_own and role.scope == "own":
        yield f"'{capability}' is not for a role with the scope 'own'"


def scale_faults(source: Source, scales: Scales) -> Iterator[Fault]:
    """A code or a rank that stands twice in one scale."""
    for name, scale in scales.scales.items():
        path: KeyPath = ("scales", name, "values")
        yield from twice(source, path, [value.code for value in scale.values], "code")
        yield from twice(source, path, [value.rank for value in scale.values], "rank")


def member_faults(source: Source, members: Members) -> Iterator[Fault]:
    """An unknown region, a membership that ends before it began, or a code that stands twice."""
    regions = {region.code for region in members.regions}
    for index, member in enumerate(members.members):
        if member.region not in regions:
            yield source.fault(("members", index, "region"), f"unknown region '{member.region}'")
        if member.until is not None and member.until <= member.since:
            yield source.fault(("members", index, "until"), "a membership ends after it began")
    yield from twice(source, ("members",), [member.code for member in members.members], "code")
    yield from twice(source, ("regions",), [region.code for region in members.regions], "code")


def twice(source: Source, path: KeyPath, values: Sequence[str | int | None], key: str = "") -> Iterable[Fault]:
    """Whatever stands twice in a list, or under one key of its items."""
    for index, value in enumerate(values):
        if value is not None and value in values[:index]:
            what = f"the {key} '{value}'" if key else f"'{value}'"
            yield source.fault((*path, index, *([key] if key else [])), f"{what} stands twice")

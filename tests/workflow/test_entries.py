"""Is a role that could judge its own state, and whatever stands twice in a list, found where it stands?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.process.methods import VOCABULARY
from mem.workflow.check import check

ROLES = [
    Changed(
        "an unknown capability",
        "roles.yaml",
        "capabilities: [write_findings, consolidate, respond]",
        "capabilities: [write_findings, consolidate, respond, rule_the_world]",
        (
            Expected(
                "rule_the_world", "roles.expert.capabilities.3", "unknown capability 'rule_the_world'"
            ),
        ),
    ),
    Changed(
        "a role that evaluates and reaches its own state",
        "roles.yaml",
        "    scope: others\n    evaluates: true\n    assigned: true\n",
        "    scope: all\n    evaluates: true\n    assigned: true\n",
        (
            Expected(
                "scope: all\n    evaluates: true", "roles.expert.evaluates",
                "whoever evaluates has the scope 'others', never the own state",
            ),
        ),
    ),
    Changed(
        "a role that judges and does not say so",
        "roles.yaml",
        "    evaluates: true\n    assigned: true\n",
        "    assigned: true\n",
        tuple(
            Expected(
                "capabilities: [write_findings", f"roles.expert.capabilities.{index}",
                f"'{capability}' is for a role that says 'evaluates: true'",
            )
            for index, capability in enumerate(("write_findings", "consolidate"))
        ),
    ),
    Changed(
        "a role of its own state that answers for the experts",
        "roles.yaml",
        "[answer, attach_evidence]",
        "[answer, attach_evidence, respond]",
        (
            Expected(
                "attach_evidence, respond", "roles.ministry_contributor.capabilities.2",
                "'respond' is not for a role with the scope 'own'",
            ),
        ),
    ),
    Changed(
        "a role of its own state that judges",
        "roles.yaml",
        "[answer, attach_evidence]",
        "[answer, attach_evidence, write_findings]",
        tuple(
            Expected("attach_evidence, write_findings", "roles.ministry_contributor.capabilities.2", against)
            for against in (
                "'write_findings' is for a role that says 'evaluates: true'",
                "'write_findings' is not for a role with the scope 'own'",
            )
        ),
    ),
    Changed("a secretariat that may respond", "roles.yaml", "lift_conflicts,", "respond, lift_conflicts,", ()),
]  # fmt: skip

SCALES = [
    Changed(
        "a rating that stands twice",
        "scales.yaml",
        "code: mostly_completed",
        "code: completed  # again",
        (
            Expected(
                "completed  # again", "scales.sixth_round.values.1.code", "the code 'completed' stands twice"
            ),
        ),
    ),
    Changed(
        "a rank that stands twice",
        "scales.yaml",
        "rank: 2",
        "rank: 3  # again",
        (Expected("rank: 3  # again", "scales.sixth_round.values.2.rank", "the rank '3' stands twice"),),
    ),
    Changed("two values without a rank", "scales.yaml", "        rank: 0\n", "", ()),
]  # fmt: skip

MEMBERS = [
    Changed(
        "a member of an unknown region",
        "states.yaml",
        "{en: Argentine Republic, es: República Argentina, fr: République argentine, pt: República Argentina}\n"
        "    region: southern_cone\n",
        "{en: Argentine Republic, es: República Argentina, fr: République argentine, pt: República Argentina}\n"
        "    region: far_south\n",
        (Expected("far_south", "members.0.region", "unknown region 'far_south'"),),
    ),
    Changed(
        "two members of one code",
        "states.yaml",
        "  - code: BRA\n",
        "  - code: BHS  # again\n",
        (Expected("BHS  # again", "members.5.code", "the code 'BHS' stands twice"),),
    ),
    Changed(
        "a membership that ends on the day it began",
        "states.yaml",
        "until: 2023-11-19",
        "until: 1948-05-05",
        (Expected("until: 1948-05-05", "members.23.until", "a membership ends after it began"),),
    ),
    Changed(
        "two regions of one code",
        "states.yaml",
        "  - code: andean\n",
        "  - code: andean\n    names: {en: Again, es: Otra, fr: Encore, pt: Outra}\n  - code: andean  # again\n",
        (Expected("andean  # again", "regions.4.code", "the code 'andean' stands twice"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", [*ROLES, *SCALES, *MEMBERS], ids=lambda row: row.says)
def test_an_entry_that_does_not_hold_is_told_where_it_stands_and_nothing_else_is(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()


def test_a_region_that_is_gone_is_missed_by_each_of_its_members(tmp_path: Path) -> None:
    row = Changed("a region under another name", "states.yaml", "  - code: andean\n", "  - code: andes\n", ())
    members = row.folder(tmp_path).sources["states.yaml"].data["members"]
    paths = [f"members.{number}.region" for number, one in enumerate(members) if one["region"] == "andean"]
    faults = check(row.folder(tmp_path), VOCABULARY).faults
    assert len(paths) > 1
    assert [(fault.path, fault.message) for fault in faults] == [(path, "unknown region 'andean'") for path in paths]

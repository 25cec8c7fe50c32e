"""Does a whole folder under `workflows/` hold? Every floor checks its part; this joins them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mem.core.yaml import Fault
from mem.people.actions import ACTIONS, ARTEFACTS, CAPABILITIES, JUDGING, NEVER_OVER_THE_OWN, OPENED
from mem.plans.definition import Tree, check_plans
from mem.process.effects import EFFECTS, publish_report, resume, suspend
from mem.process.guards import EVALUATION, GUARDS, RECOMMENDATION, ROUND
from mem.questionnaires.check import check_questionnaires
from mem.reports.blocks import KINDS, NAMED
from mem.reports.definition import FILE as REPORT
from mem.reports.definition import check_report
from mem.workflow.check import FILES, Checked, check
from mem.workflow.loader import Folder, read_folder, stray_faults
from mem.workflow.vocabulary import Verb, Vocabulary

DEMO = "demo.yaml"
OTHERS = frozenset({REPORT, DEMO})
"""The files at the top of a folder that `workflow.check` does not read."""

VOCABULARY = Vocabulary(
    guards={name: Verb(one.params, one.subjects, one.about, one.needs, one.walk) for name, one in GUARDS.items()},
    effects={name: Verb(one.params, one.subjects, one.about, one.needs, one.walk) for name, one in EFFECTS.items()},
    capabilities=CAPABILITIES,
    judging=JUDGING,
    never_over_the_own=NEVER_OVER_THE_OWN,
    artefacts=ARTEFACTS,
    movers_see={
        ROUND: ACTIONS["round.advance"].sees,
        EVALUATION: ACTIONS["evaluation.advance"].sees,
        RECOMMENDATION: ACTIONS["recommendation.advance"].sees,
    },
    publishing={publish_report.__name__},
    suspending={suspend.__name__},
    resuming={resume.__name__},
    openable={EVALUATION: OPENED},
)


@dataclass(frozen=True)
class Definitions:
    """A folder that was read: its content by file, and every fault. `parts` is for pinning when there is none."""

    parts: dict[str, Any]
    faults: tuple[Fault, ...]


def read_definitions(path: Path) -> Definitions:
    """Read and check a mechanism's folder. The demo's file is no part of the method."""
    folder = read_folder(path)
    found = check(folder, VOCABULARY)
    found.faults.extend(stray_faults(folder, FILES | OTHERS))
    trees, faults = check_plans(folder)
    codes, more = check_questionnaires(folder, trees)
    faults += more
    if found.mechanism is not None:
        levels = {level for tree in trees.values() for level in tree.level_names}
        kinds = {name: (kind.fields, kind.takes) for name, kind in KINDS.items()}
        faults += check_report(folder, found.mechanism, levels, kinds, NAMED)
        faults += _cycles(folder, found, trees, codes)
    parts = {name: source.data for name, source in folder.sources.items() if name != DEMO}
    every = sorted({*found.faults, *faults}, key=lambda fault: (fault.file, fault.line, fault.path))
    return Definitions(parts, tuple(every))


def _cycles(folder: Folder, found: Checked, trees: dict[str, Tree], codes: set[str]) -> list[Fault]:
    source, faults = folder.sources["mechanism.yaml"], []
    assert found.mechanism is not None
    for kind, cycle in found.mechanism.cycles.items():
        path = ("cycles", kind)
        if cycle.questionnaire not in codes:
            faults.append(source.fault((*path, "questionnaire"), f"unknown questionnaire '{cycle.questionnaire}'"))
        tree = trees.get(cycle.plan)
        if tree is None:
            faults.append(source.fault((*path, "plan"), f"unknown plan '{cycle.plan}'"))
            continue
        if cycle.rated not in tree.level_names:
            faults.append(source.fault((*path, "rated"), f"plan '{cycle.plan}' has no level '{cycle.rated}'"))
        for index, item in enumerate(cycle.excluded):
            where = (*path, "excluded", index, "unit")
            if item.unit not in tree.units:
                faults.append(source.fault(where, f"unknown unit '{item.unit}'"))
            if item.unit in [before.unit for before in cycle.excluded[:index]]:
                faults.append(source.fault(where, f"the unit '{item.unit}' stands twice"))
    return faults

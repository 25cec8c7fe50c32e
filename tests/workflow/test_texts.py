"""Is a text that lacks a language, or has one that the mechanism has not, told where it stands?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.process.methods import VOCABULARY
from mem.workflow.check import check


def lacks(says: str, file: str, text: str, path: str, language: str = "fr") -> Changed:
    """A row in which a text on one line loses its French."""
    before, said = text.split("fr: ")
    without = before + said.partition(", ")[2]
    return Changed(says, file, text, without, (Expected(without, path, f"the language '{language}' is missing"),))


ROWS = [
    lacks("the title of a stage", "round.yaml", "title: {en: Closed, es: Cerrada, fr: Close, pt: Encerrada}",
          "stages.closed.title"),
    lacks("the title of a role", "roles.yaml", "title: {en: Auditor, es: Auditor, fr: Auditeur, pt: Auditor}",
          "roles.auditor.title"),
    lacks("the label of a rating", "scales.yaml", "label: {en: completed, es: cumplida, fr: accomplie, pt: cumprida}",
          "scales.sixth_round.values.0.label"),
    lacks("the name of a region", "states.yaml",
          "names: {en: North America, es: América del Norte, fr: Amérique du Nord, pt: América do Norte}",
          "regions.0.names"),
    lacks("the formal name of a state", "states.yaml",
          "official: {en: Republic of Chile, es: República de Chile, fr: République du Chili, pt: República do Chile}",
          "members.8.official"),
    Changed(
        "the title of a kind of cycle", "mechanism.yaml", "      fr: Évaluation\n", "",
        (Expected("  evaluation:\n    title:", "cycles.evaluation.title", "the language 'fr' is missing"),),
    ),
    Changed(
        "a name in a language that the mechanism has not", "states.yaml", "{en: Chile, es: Chile, fr: Chili,",
        "{en: Chile, es: Chile, fr: Chili, de: Chile,",
        (Expected("de: Chile,", "members.8.names.de", "the mechanism has no language 'de'"),),
    ),
    Changed(
        "a name within a text, in a language that the mechanism has not", "states.yaml",
        "in_text: {en: the Bahamas,", "in_text: {de: die Bahamas, en: the Bahamas,",
        (Expected("de: die Bahamas,", "members.2.in_text.de", "the mechanism has no language 'de'"),),
    ),
    Changed(
        "a language twice", "mechanism.yaml", "languages: [en, es, fr, pt]", "languages: [en, es, fr, pt, es]",
        (Expected("languages: [", "languages.4", "'es' stands twice"),),
    ),
    Changed(
        "a unit left out with an empty reason", "mechanism.yaml", "excluded: []",
        "excluded: [{unit: IC-1.1, reason: ' '}]",
        (Expected("excluded: [", "cycles.evaluation.excluded.0.reason", "String should match pattern '\\S'"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_a_text_is_there_in_each_language_and_in_no_other(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()

"""Is a document that names what is not there, or leaves a language out, found with its file, line and path?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order, real_folder, real_method, real_tree

from mem.core.yaml import Fault
from mem.reports.blocks import KINDS, NAMED
from mem.reports.definition import FILE, check_report, fields_of, report_of
from mem.workflow.definition import Mechanism
from mem.workflow.loader import Folder

BLOCKS = "documents.national_report.blocks"
OBJECTIVE = f"{BLOCKS}.3.blocks.1"
ACTION = f"{OBJECTIVE}.blocks.2"

ROWS = [
    Changed(
        "an unknown kind of block",
        FILE,
        "      - {block: sentence, pattern: preface}\n",
        "      - {block: poem, pattern: preface}\n",
        (Expected("{block: poem", f"{BLOCKS}.1.block", "unknown kind of block 'poem'"),),
    ),
    Changed(
        "an unknown kind of block deep inside",
        FILE,
        "                  - {block: finding}\n",
        "                  - {block: feeling}\n",
        (Expected("feeling", f"{ACTION}.blocks.3.block", "unknown kind of block 'feeling'"),),
    ),
    Changed(
        "an unknown level",
        FILE,
        "        level: area\n",
        "        level: region\n",
        (Expected("level: region", f"{BLOCKS}.3.level", "unknown level 'region'"),),
    ),
    Changed(
        "an unknown level deep inside",
        FILE,
        "                level: action\n",
        "                level: deed\n",
        (Expected("level: deed", f"{ACTION}.level", "unknown level 'deed'"),),
    ),
    Changed(
        "an unknown sentence",
        FILE,
        "      - {block: sentence, pattern: preface}\n",
        "      - {block: sentence, pattern: prologue}\n",
        (Expected("prologue", f"{BLOCKS}.1", "unknown sentence 'prologue'"),),
    ),
    Changed(
        "an unknown sentence for nothing",
        FILE,
        "without: nothing_reported",
        "without: words",
        (Expected("without: words", f"{ACTION}.blocks.1", "unknown sentence 'words'"),),
    ),
    Changed(
        "a field that the block does not fill",
        FILE,
        '    es: "Calificación: {rating}."\n',
        '    es: "Calificación: {rating} {reason}."\n',
        (Expected("es: \"Calificación", "sentences.rating.es", "block 'rating' does not fill the field 'reason'"),),
    ),
    Changed(
        "two fields that the block does not fill",
        FILE,
        '    pt: "Recomendação: {text}"\n',
        '    pt: "Recomendação: {texto} {rating}"\n',
        (
            Expected("Recomendação", "sentences.recommendation.pt",
                     "block 'recommendation' does not fill the field 'rating'"),
            Expected("Recomendação", "sentences.recommendation.pt",
                     "block 'recommendation' does not fill the field 'texto'"),
        ),
    ),
    Changed(
        "a sentence of one block given to another",
        FILE,
        "{block: rating, pattern: rating}",
        "{block: rating, pattern: recommendation}",
        tuple(
            Expected(f"{language}: \"{word}", f"sentences.recommendation.{language}",
                     "block 'rating' does not fill the field 'text'")
            for language, word in (("en", "Recommendation"), ("es", "Recomendación"), ("fr", "Recommandation"),
                                   ("pt", "Recomendação"))
        ),
    ),
    Changed(
        "a field in a title that none fills",
        FILE,
        '      en: "Evaluation report on drug policies: {state}"\n',
        '      en: "Evaluation report on drug policies: {nation} {evidence}"\n',
        tuple(
            Expected("{nation} {evidence}", "documents.national_report.title.en",
                     f"a title does not fill the field '{field}'")
            for field in ("evidence", "nation")
        ),
    ),
    Changed(
        "a title that is no pattern",
        FILE,
        '      en: "Evaluation report on drug policies: {state}"\n',
        '      en: "Evaluation report on drug policies: state}"\n',
        (
            Expected("policies: state}", "documents.national_report.title.en",
                     "not a sentence with fields: Single '}' encountered in format string"),
        ),
    ),
    Changed(
        "a block without the sentence it needs",
        FILE,
        "{block: sentence, pattern: preface}",
        "{block: sentence}",
        (Expected("- {block: sentence}", f"{BLOCKS}.1.pattern", "block 'sentence' needs 'pattern'"),),
    ),
    Changed(
        "a block without the sentence it needs for nothing",
        FILE,
        "{block: reported, pattern: reported, without: nothing_reported}",
        "{block: reported, pattern: reported}",
        (Expected("pattern: reported}", f"{ACTION}.blocks.1.without", "block 'reported' needs 'without'"),),
    ),
    Changed(
        "a block without the level it needs",
        FILE,
        "        level: area\n",
        "",
        (Expected("whole_coverage}\n      - block: units", f"{BLOCKS}.3.level", "block 'units' needs 'level'"),),
    ),
    Changed(
        "a block without the blocks it needs",
        FILE,
        "      - {block: exclusions, pattern: exclusion}\n",
        "      - {block: exclusions, pattern: exclusion}\n      - {block: units, level: area, blocks: []}\n",
        (Expected("blocks: []", f"{BLOCKS}.5.blocks", "block 'units' needs 'blocks'"),),
    ),
    Changed(
        "a block with a sentence that it does not take",
        FILE,
        "{block: finding}",
        "{block: finding, pattern: rating}",
        (
            Expected("{block: finding,", f"{ACTION}.blocks.3.pattern", "block 'finding' does not take 'pattern'"),
            *(
                Expected(f"{language}: \"{word}", f"sentences.rating.{language}",
                         "block 'finding' does not fill the field 'rating'")
                for language, word in (("en", "Rating:"), ("es", "Calificación:"), ("fr", "Évaluation"),
                                       ("pt", "Avaliação:"))
            ),
        ),
    ),
    Changed(
        "a block with keys that it does not take",
        FILE,
        "      - {block: sentence, pattern: preface}\n",
        "      - {block: sentence, pattern: preface, without: preface, level: area, blocks: [{block: heading}]}\n",
        tuple(
            Expected("{block: heading}]", f"{BLOCKS}.1.{key}", f"block 'sentence' does not take '{key}'")
            for key in ("blocks", "level", "without")
        ),
    ),
    Changed(
        "a label without one of the languages",
        FILE,
        "fr: sans objet, ",
        "",
        (Expected("not_applicable:", "labels.not_applicable", "the language 'fr' is missing"),),
    ),
    Changed(
        "a sentence without one of the languages",
        FILE,
        '    pt: "Avaliação: {rating}."\n',
        "",
        (Expected("\n  rating:", "sentences.rating", "the language 'pt' is missing"),),
    ),
    Changed(
        "a title without one of the languages",
        FILE,
        '      pt: "Relatório de avaliação sobre políticas de drogas: {state}"\n',
        "",
        (Expected("    title:", "documents.national_report.title", "the language 'pt' is missing"),),
    ),
    Changed(
        "a document under another name",
        FILE,
        "  national_report:\n",
        "  other_report:\n",
        (Expected("\ndocuments:", "documents", "cycle 'evaluation' names the unknown document 'national_report'"),),
    ),
    Changed(
        "an unknown key of a block",
        FILE,
        "{block: rating, pattern: rating}",
        "{block: rating, pattern: rating, bold: true}",
        (
            Expected("bold", f"{ACTION}.blocks.4.bold", "Extra inputs are not permitted"),
        ),
    ),
    Changed(
        "a missing key",
        FILE,
        "\nlabels:\n",
        "\nsigns:\n",
        (
            Expected("# Which blocks", "labels", "Field required"),
            Expected("\nsigns:", "signs", "Extra inputs are not permitted"),
        ),
    ),
]  # fmt: skip


def mechanism(**change: object) -> Mechanism:
    return Mechanism.model_validate({**real_method().parts["mechanism.yaml"], **change})


def faults_of(folder: Folder, of: Mechanism | None = None) -> list[Fault]:
    kinds = {name: (kind.fields, kind.takes) for name, kind in KINDS.items()}
    return check_report(folder, of or mechanism(), real_tree().level_names, kinds, NAMED)


def test_the_real_report_has_no_fault() -> None:
    assert faults_of(real_folder()) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_one_thing_wrong_is_told_with_its_file_line_and_path_and_nothing_else_is(row: Changed, tmp_path: Path) -> None:
    assert in_order(faults_of(row.folder(tmp_path))) == row.expected()


NO_PATTERNS = [
    ("{}", "a field is a plain name in braces, not '{}'"),
    ("{0}", "a field is a plain name in braces, not '{0}'"),
    ("{ text }", "a field is a plain name in braces, not '{ text }'"),
    ("{text.__class__}", "a field is a plain name in braces, not '{text.__class__}'"),
    ("{text[0]}", "a field is a plain name in braces, not '{text[0]}'"),
    ("{text:d}", "a field is a plain name in braces, not '{text:d}'"),
    ("{text:{text}}", "a field is a plain name in braces, not '{text:{text}}'"),
    ("{text!r}", "a field is a plain name in braces, not '{text!r}'"),
    ("{text!s:>9}", "a field is a plain name in braces, not '{text!s:>9}'"),
    ("{text", "expected '}' before end of string"),
    ("{", "Single '{' encountered in format string"),
    ("text}", "Single '}' encountered in format string"),
    ("{{text}", "Single '}' encountered in format string"),
]


@pytest.mark.parametrize(("pattern", "message"), NO_PATTERNS)
def test_a_sentence_that_cannot_be_filled_is_told_in_its_language(pattern: str, message: str, tmp_path: Path) -> None:
    place = Expected('en: "Recommendation:', "sentences.recommendation.en", f"not a sentence with fields: {message}")
    right, wrong = (f'    en: "Recommendation: {said}"\n' for said in ("{text}", pattern))
    row = Changed("no pattern", FILE, right, wrong, (place,))
    assert in_order(faults_of(row.folder(tmp_path))) == row.expected()


@pytest.mark.parametrize(
    ("pattern", "fields"),
    [
        ("", set()),
        ("Nothing to fill.", set()),
        ("{text}", {"text"}),
        ("{text}{text} and {a_1}", {"text", "a_1"}),
        ("{{text}} {rating}", {"rating"}),
        ("{{{text}}}", {"text"}),
        ("{été}", {"été"}),
    ],
)
def test_the_fields_of_a_sentence_are_its_plain_names_in_braces(pattern: str, fields: set[str]) -> None:
    assert fields_of(pattern) == fields
    pattern.format(**dict.fromkeys(fields, "x"))


def test_a_language_of_the_mechanism_that_no_sentence_has_is_missed_in_each() -> None:
    report = report_of(real_method())
    found = faults_of(real_folder(), mechanism(languages=["en", "es", "fr", "pt", "nl"]))
    assert {fault.message for fault in found} == {"the language 'nl' is missing"}
    assert len(found) == len(report.documents) + len(report.sentences) + len(report.labels)


def test_a_missing_file_is_told() -> None:
    real = real_folder()
    rest = {name: source for name, source in real.sources.items() if name != FILE}
    assert faults_of(Folder(real.path, rest, ())) == [Fault(FILE, 1, "", "this file is missing")]


def test_the_real_sentences_are_in_the_four_languages_of_the_mechanism_and_so_are_the_labels() -> None:
    report = report_of(real_method())
    languages = set(real_method().mechanism.languages)
    assert languages == {"en", "es", "fr", "pt"}
    for text in (*report.sentences.values(), *report.labels.values(), *(d.title for d in report.documents.values())):
        assert set(text) == languages


def test_the_report_of_a_method_is_built_once() -> None:
    assert report_of(real_method()) is report_of(real_method())


def test_a_french_sentence_keeps_its_marks_on_the_line_of_the_word_before() -> None:
    report = report_of(real_method())
    texts = [*report.sentences.values(), *(document.title for document in report.documents.values())]
    assert [text["fr"] for text in texts if re.search(r" [:;?!»]", text["fr"])] == []

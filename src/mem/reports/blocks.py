"""What is a block of a document? One function a kind; each gives paragraphs with their sources. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mem.core.languages import shown
from mem.plans.definition import Tree, Unit
from mem.questionnaires.definition import Asked
from mem.reports.definition import Block, Report
from mem.workflow.definition import Scale

Source = dict[str, Any]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: a key that is the same in every version, its text by language, and what it stands on."""

    key: str
    block: str
    unit: str | None
    depth: int
    text: Mapping[str, str]
    sources: Sequence[Source]
    rating: str | None = None


@dataclass(frozen=True)
class Conclusion:
    """What the experts concluded on a unit, after changes accepted from comments."""

    text: Mapping[str, str]
    rating: str
    recommendation: Mapping[str, str] | None
    sources: Sequence[Source]


@dataclass(frozen=True)
class Given:
    """An answer as it counts: the question, its version, its value, or why it does not apply."""

    asked: Asked
    version: int
    value: Any
    not_applicable: str | None


@dataclass(frozen=True)
class Attached:
    """A piece of evidence: its id, hash and title."""

    id: str
    sha256: str
    title: str


@dataclass(frozen=True)
class Record:
    """Everything a document is assembled from."""

    report: Report
    languages: Sequence[str]
    tree: Tree
    scale: Scale
    synthetic: bool
    origin: Sequence[Source]  # the round and the method: what sentences about the whole stand on
    names: Mapping[str, Mapping[str, str]]  # field → language → text: state, official, round, plan
    excluded: Mapping[str, str]
    rated: Sequence[Unit]
    answers: Mapping[str, Sequence[Given]]  # by unit
    evidence: Mapping[str, Sequence[Attached]]  # by unit
    totals: Mapping[str, int]
    conclusions: Mapping[str, Conclusion]
    overrides: Mapping[str, tuple[Mapping[str, str], Source]] = field(default_factory=dict)  # by paragraph key

    def say(self, pattern: str, fields: Mapping[str, Mapping[str, str] | str | int]) -> dict[str, str]:
        """A sentence in each language, its fields filled in that language."""
        said = {}
        for language in self.languages:
            values = {
                name: shown(value, language, self.languages)[0] if isinstance(value, Mapping) else str(value)
                for name, value in {**self.names, **fields}.items()
            }
            said[language] = self.report.sentences[pattern][language].format(**values)
        return said

    def label(self, code: str, options: Mapping[str, Mapping[str, str]], language: str) -> str:
        """The label of a code among these options, else among the report's own labels."""
        found = options.get(code) or self.report.labels.get(code)
        return shown(found, language, self.languages)[0] if found else code


Kind = Callable[[Record, Block, Unit | None], Iterator[Paragraph]]


def paragraphs(record: Record, blocks: Sequence[Block], unit: Unit | None = None) -> Iterator[Paragraph]:
    """The paragraphs of a document, in order."""
    for block in blocks:
        yield from KINDS[block.block][0](record, block, unit)


def _sentence(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    yield Paragraph(
        _key(block, unit), block.block, _code(unit), 0, record.say(str(block.pattern), record.totals), record.origin
    )


def _synthetic_notice(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    if record.synthetic:
        yield Paragraph(_key(block, unit), block.block, None, 0, record.say(str(block.pattern), {}), record.origin)


def _units(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    for below in record.tree.at(str(block.level)):
        if (unit is None or unit.code in below.parents) and below.code not in record.excluded:
            yield from paragraphs(record, block.blocks, below)


def _heading(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    if unit is not None:
        depth = record.tree.level_names.index(unit.level) + 1
        text = {language: f"{unit.code} {wording}" for language, wording in unit.text.items()}
        yield Paragraph(_key(block, unit), block.block, unit.code, depth, text, [_unit_source(unit)])


def _reported(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    if unit is None:
        return
    given, attached = record.answers.get(unit.code, ()), record.evidence.get(unit.code, ())
    told = {language: " ".join(_told(record, one, language) for one in given) for language in record.languages}
    pattern = str(block.pattern if given else block.without)
    text = record.say(pattern, {"reported": told, "evidence": len(attached)})
    sources: list[Source] = [_unit_source(unit)]
    sources += [
        {
            "kind": "answer",
            "question": one.asked.question.key,
            "version": one.version,
            "question_sha256": one.asked.digest,
        }
        for one in given
    ]
    sources += [{"kind": "evidence", "id": one.id, "sha256": one.sha256} for one in attached]
    if not given:
        sources.append({"kind": "absence", "unit": unit.code})
    yield _changed(record, Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources))


def _told(record: Record, one: Given, language: str) -> str:
    question = one.asked.question
    asked = shown(question.text, language, record.languages)[0]
    if one.not_applicable is not None:
        return f"{asked} {record.label('not_applicable', {}, language)} ({one.not_applicable.rstrip('.')})."
    options = {option.code: option.label for option in (*question.choices, *question.rows)}
    said = one.asked.type.said(one.value, lambda code: record.label(code, options, language))
    return f"{asked} {said.rstrip('.')}."


def _finding(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is not None and concluded is not None:
        sources = [_unit_source(unit), *concluded.sources]
        made = Paragraph(_key(block, unit), block.block, unit.code, 0, concluded.text, sources)
        yield _changed(record, made)


def _rating(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is not None and concluded is not None:
        value = record.scale.value(concluded.rating)
        text = record.say(str(block.pattern), {"rating": value.label if value else concluded.rating})
        sources = [_unit_source(unit), *concluded.sources]
        yield Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources, concluded.rating)


def _recommendation(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is not None and concluded is not None and concluded.recommendation is not None:
        text = record.say(str(block.pattern), {"text": concluded.recommendation})
        sources = [_unit_source(unit), *concluded.sources]
        yield _changed(record, Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources))


def _summary(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    if unit is None:
        return
    inside = [below.code for below in record.tree.below(unit.code) if below.code in record.conclusions]
    counted = Counter(record.conclusions[code].rating for code in inside)
    counts = {
        language: ", ".join(
            f"{shown(value.label, language, record.languages)[0]} {counted[value.code]}"
            for value in record.scale.values
            if counted[value.code]
        )
        for language in record.languages
    }
    sources: list[Source] = [_unit_source(unit)]
    sources += [
        source for code in inside for source in record.conclusions[code].sources if source["kind"] == "conclusion"
    ]
    if inside:
        text = record.say(str(block.pattern), {"unit": unit.code, "counts": counts})
        yield Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources)


def _exclusions(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    for left_out in record.tree.units.values():
        if left_out.code in record.excluded:
            text = record.say(str(block.pattern), {"unit": left_out.code, "reason": record.excluded[left_out.code]})
            key = _key(block, left_out)
            yield Paragraph(key, block.block, left_out.code, 0, text, [_unit_source(left_out)])


NAMED = frozenset({"state", "official", "round", "plan"})
TOTALS = frozenset({"judged", "left_out", "answers", "evidence"})
KINDS: Mapping[str, tuple[Kind, frozenset[str]]] = {
    "sentence": (_sentence, NAMED | TOTALS),
    "synthetic_notice": (_synthetic_notice, NAMED),
    "units": (_units, frozenset()),
    "heading": (_heading, frozenset()),
    "reported": (_reported, NAMED | {"reported", "evidence"}),
    "finding": (_finding, frozenset()),
    "rating": (_rating, NAMED | {"rating"}),
    "recommendation": (_recommendation, NAMED | {"text"}),
    "summary": (_summary, NAMED | {"unit", "counts"}),
    "exclusions": (_exclusions, NAMED | {"unit", "reason"}),
}
"""Kind of block to its function and the fields that its sentences may use."""


def _changed(record: Record, paragraph: Paragraph) -> Paragraph:
    """The paragraph with the text that a response to a comment gave it, if any, and that response as a source."""
    change = record.overrides.get(paragraph.key)
    if change is None:
        return paragraph
    text, source = change
    return Paragraph(
        paragraph.key, paragraph.block, paragraph.unit, paragraph.depth, text,
        [*paragraph.sources, source], paragraph.rating,
    )  # fmt: skip


def _key(block: Block, unit: Unit | None) -> str:
    """`<unit>/<kind>`, or `<sentence>` outside the plan: the same in every version of a report."""
    return f"{unit.code}/{block.block}" if unit is not None else str(block.pattern or block.block)


def _code(unit: Unit | None) -> str | None:
    return None if unit is None else unit.code


def _unit_source(unit: Unit) -> Source:
    return {"kind": unit.level, "code": unit.code}

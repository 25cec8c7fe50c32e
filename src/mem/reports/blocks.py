"""What is a block of a document? One function a kind; each gives paragraphs with their sources. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mem.plans.definition import Unit
from mem.reports.definition import Block
from mem.reports.record import Given, Paragraph, Record, Source

NOT_APPLICABLE = "not_applicable"
Make = Callable[[Record, Block, Unit | None], Iterator[Paragraph]]


@dataclass(frozen=True)
class Kind:
    """A kind of block: how it is made, the fields its sentences may use, and the keys that it takes in data."""

    make: Make
    fields: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()


def paragraphs(record: Record, blocks: Sequence[Block], unit: Unit | None = None) -> Iterator[Paragraph]:
    """The paragraphs of a document, in order."""
    for block in blocks:
        yield from KINDS[block.block].make(record, block, unit)


def _sentence(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    text = record.say(str(block.pattern), record.totals)
    yield Paragraph(_key(block, unit), block.block, _code(unit), 0, text, record.origin)


def _coverage(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    pattern = block.pattern if record.totals["left_out"] else block.without
    yield from _sentence(record, block.model_copy(update={"pattern": pattern}), unit)


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
    sources: list[Source] = [_unit_source(unit), *(_answer_source(one) for one in given)]
    sources += [{"kind": "evidence", "id": one.id, "sha256": one.sha256} for one in attached]
    if not given:
        sources.append({"kind": "absence", "unit": unit.code})
    text = record.say(str(block.pattern if given else block.without), {"evidence": len(attached)})
    yield _changed(record, Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources))


def _answers(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    for one in record.answers.get(_code(unit) or "", ()):
        key = f"{_code(unit)}/{block.block}/{one.asked.question.key}"
        fields = {"question": one.asked.question.text, "answer": _said(record, one)}
        text = record.say(str(block.pattern), fields)
        yield Paragraph(key, block.block, _code(unit), 0, text, [_answer_source(one)])


def _said(record: Record, one: Given) -> dict[str, str]:
    """An answer in words, in each language that has labels for all of it; a free text is as it was written."""
    options = {option.code: option.label for option in (*one.asked.question.choices, *one.asked.question.rows)}
    every = [*options.values(), *record.report.labels.values()]
    common = [language for language in record.languages if all(language in label for label in every)]
    return {language: _in_words(record, one, options, language) for language in common or record.languages[:1]}


def _in_words(record: Record, one: Given, options: Mapping[str, Mapping[str, str]], language: str) -> str:
    def label(code: str) -> str:
        return record.label(code, options, language)

    if one.not_applicable is not None:
        return f"{label(NOT_APPLICABLE)} ({one.not_applicable.rstrip('.')})"
    return one.asked.type.said(one.value, label).rstrip(".")


def _notes(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    for number, note in enumerate(unit.notes if unit else (), start=1):
        assert unit is not None
        text = {next(iter(unit.text)): note}
        yield Paragraph(f"{unit.code}/{block.block}/{number}", block.block, unit.code, 0, text, [_unit_source(unit)])


def _answer_source(one: Given) -> Source:
    key, digest = one.asked.question.key, one.asked.digest
    return {"kind": "answer", "question": key, "version": one.version, "question_sha256": digest}


def _finding(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is not None and concluded is not None:
        sources = [_unit_source(unit), *concluded.sources]
        yield _changed(record, Paragraph(_key(block, unit), block.block, unit.code, 0, concluded.text, sources))


def _rating(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is not None and concluded is not None:
        value = record.scale.value(concluded.rating)
        text = record.say(str(block.pattern), {"rating": value.label if value else concluded.rating})
        sources = [_unit_source(unit), *concluded.sources]
        yield Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources, concluded.rating)


def _dissents(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    concluded = record.conclusions.get(_code(unit) or "")
    if unit is None or concluded is None:
        return
    sources = [_unit_source(unit), *(source for source in concluded.sources if source["kind"] == "conclusion")]
    for number, one in enumerate(concluded.dissents, start=1):  # by number: whether a state is named is the pattern's
        text = record.say(str(block.pattern), {"voice": one.names, "text": one.text})
        yield Paragraph(f"{_key(block, unit)}/{number}", block.block, unit.code, 0, text, sources)


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
    present = [value for value in record.scale.values if counted[value.code]]
    counts = {
        language: ", ".join(f"{value.label[language]} {counted[value.code]}" for value in present)
        for language in record.languages
        if all(language in value.label for value in present)
    }
    cited = (source for code in inside for source in record.conclusions[code].sources)
    sources = [_unit_source(unit), *(source for source in cited if source["kind"] == "conclusion")]
    if inside:
        text = record.say(str(block.pattern), {"unit": unit.code, "counts": counts})
        yield Paragraph(_key(block, unit), block.block, unit.code, 0, text, sources)


def _exclusions(record: Record, block: Block, unit: Unit | None) -> Iterator[Paragraph]:
    for left_out in record.tree.units.values():
        reason = record.excluded.get(left_out.code)
        if reason is not None and reason != record.excluded.get("".join(left_out.parents[-1:])):
            text = record.say(str(block.pattern), {"unit": left_out.code, "reason": reason})
            yield Paragraph(_key(block, left_out), block.block, left_out.code, 0, text, [_unit_source(left_out)])


NAMED = frozenset({"state", "the_state", "official", "round", "plan"})
TOTALS = frozenset({"judged", "left_out", "answers", "evidence"})
PATTERN = frozenset({"pattern"})
KINDS: Mapping[str, Kind] = {
    "sentence": Kind(_sentence, NAMED | TOTALS, PATTERN),
    "coverage": Kind(_coverage, NAMED | TOTALS, PATTERN | {"without"}),
    "synthetic_notice": Kind(_synthetic_notice, NAMED, PATTERN),
    "units": Kind(_units, takes=frozenset({"level", "blocks"})),
    "heading": Kind(_heading),
    "notes": Kind(_notes),
    "reported": Kind(_reported, NAMED | {"evidence"}, PATTERN | {"without"}),
    "answers": Kind(_answers, NAMED | {"question", "answer"}, PATTERN),
    "finding": Kind(_finding),
    "dissents": Kind(_dissents, NAMED | {"voice", "text"}, PATTERN),
    "rating": Kind(_rating, NAMED | {"rating"}, PATTERN),
    "recommendation": Kind(_recommendation, NAMED | {"text"}, PATTERN),
    "summary": Kind(_summary, NAMED | {"unit", "counts"}, PATTERN),
    "exclusions": Kind(_exclusions, NAMED | {"unit", "reason"}, PATTERN),
}


def _changed(record: Record, paragraph: Paragraph) -> Paragraph:
    """The paragraph with the text that a response to a comment gave it, if any, and such responses as sources."""
    change = record.overrides.get(paragraph.key)
    if change is None:
        return paragraph
    text, sources = change
    return replace(paragraph, text=text, sources=[*paragraph.sources, *sources])


def _key(block: Block, unit: Unit | None) -> str:
    """`<unit>/<kind>` (a sentence: its pattern), or `<pattern>` outside the plan: the same in every version."""
    kind = str(block.pattern) if block.block == "sentence" or unit is None else block.block
    return kind if unit is None else f"{unit.code}/{kind}"


def _code(unit: Unit | None) -> str | None:
    return None if unit is None else unit.code


def _unit_source(unit: Unit) -> Source:
    return {"kind": unit.level, "code": unit.code}

"""What shape has a document in data: its blocks in order, its sentences in each language?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from string import Formatter

from mem.core.languages import LocalizedText
from mem.core.yaml import Fault, KeyPath, Source
from mem.methods.method import Method
from mem.workflow.definition import Definition, Mechanism, Name
from mem.workflow.loader import Folder, parse
from mem.workflow.texts import language_faults

FILE = "report.yaml"
Kinds = Mapping[str, tuple[frozenset[str], frozenset[str]]]


class Block(Definition):
    """One block: which kind, with which sentences, over which level of the plan, with which blocks inside."""

    block: Name
    pattern: Name | None = None
    without: Name | None = None
    level: str | None = None
    blocks: list[Block] = []


class Document(Definition):
    title: LocalizedText
    blocks: list[Block]


class Report(Definition):
    """The documents of a mechanism, the sentences they use, and the labels of values."""

    documents: dict[Name, Document]
    sentences: dict[Name, LocalizedText]
    labels: dict[str, LocalizedText]


@lru_cache(maxsize=64)
def report_of(method: Method) -> Report:
    """The documents of a pinned method."""
    return Report.model_validate(method.parts[FILE])


def check_report(
    folder: Folder, mechanism: Mechanism, levels: Collection[str], kinds: Kinds, named: frozenset[str]
) -> list[Fault]:
    """Every fault: an unknown kind of block, level or sentence; a language missing; a field that a block does not
    fill; a key that a block needs or does not take. `kinds` maps each kind of block to the fields that its sentences
    may use and the keys that it takes; `named` are the fields that any sentence, and a title, may use."""
    faults: list[Fault] = []
    source = folder.sources.get(FILE)
    if source is None:
        return [Fault(FILE, 1, "", "this file is missing")]
    report = parse(Report, source, faults)
    if report is None:
        return faults
    for name, document in report.documents.items():
        path: KeyPath = ("documents", name)
        faults.extend(language_faults(source, (*path, "title"), document.title, mechanism.languages))
        faults.extend(_sentence(source, (*path, "title"), document.title, named, "a title"))
        faults.extend(_blocks(source, (*path, "blocks"), document.blocks, report, levels, kinds))
    for name, sentence in report.sentences.items():
        faults.extend(language_faults(source, ("sentences", name), sentence, mechanism.languages))
    for name, label in report.labels.items():
        faults.extend(language_faults(source, ("labels", name), label, mechanism.languages))
    for kind, cycle in mechanism.cycles.items():
        if cycle.document not in report.documents:
            faults.append(source.fault(("documents",), f"cycle '{kind}' names the unknown document '{cycle.document}'"))
    return faults


def _blocks(
    source: Source, path: KeyPath, blocks: list[Block], report: Report, levels: Collection[str], kinds: Kinds
) -> Iterable[Fault]:
    for index, block in enumerate(blocks):
        here = (*path, index)
        if block.block not in kinds:
            yield source.fault((*here, "block"), f"unknown kind of block '{block.block}'")
            continue
        fields, takes = kinds[block.block]
        for key in ("pattern", "without", "level", "blocks"):
            if bool(getattr(block, key)) != (key in takes):
                word = "needs" if key in takes else "does not take"
                yield source.fault((*here, key), f"block '{block.block}' {word} '{key}'")
        if block.level is not None and block.level not in levels:
            yield source.fault((*here, "level"), f"unknown level '{block.level}'")
        for name in (block.pattern, block.without):
            if name is not None and name not in report.sentences:
                yield source.fault(here, f"unknown sentence '{name}'")
            elif name is not None:
                what = f"block '{block.block}'"
                yield from _sentence(source, ("sentences", name), report.sentences[name], fields, what)
        yield from _blocks(source, (*here, "blocks"), block.blocks, report, levels, kinds)


def _sentence(
    source: Source, path: KeyPath, text: Mapping[str, str], fields: frozenset[str], what: str
) -> Iterable[Fault]:
    for language, sentence in text.items():
        try:
            used = fields_of(sentence)
        except ValueError as error:
            yield source.fault((*path, language), f"not a sentence with fields: {error}")
            continue
        for field in sorted(used - fields):
            yield source.fault((*path, language), f"{what} does not fill the field '{field}'")


def fields_of(sentence: str) -> set[str]:
    """The names of the fields in a sentence pattern. Raises `ValueError` for anything but plain `{name}` fields."""
    found = set()
    for _, field, form, conversion in Formatter().parse(sentence):
        if field is None:
            continue
        if not field.isidentifier() or form or conversion:
            written = f"{field}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}"
            raise ValueError(f"a field is a plain name in braces, not '{{{written}}}'")
        found.add(field)
    return found

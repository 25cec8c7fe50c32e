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

FILE = "report.yaml"


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
    folder: Folder, mechanism: Mechanism, levels: Collection[str], kinds: Mapping[str, frozenset[str]]
) -> list[Fault]:
    """Every fault: an unknown kind of block, level or sentence; a language missing; a field that a block does not
    fill. `kinds` maps each kind of block to the fields its sentences may use."""
    faults: list[Fault] = []
    source = folder.sources.get(FILE)
    if source is None:
        return [Fault(FILE, 1, "", "this file is missing")]
    report = parse(Report, source, faults)
    if report is None:
        return faults
    for name, document in report.documents.items():
        path: KeyPath = ("documents", name)
        faults.extend(_languages(source, (*path, "title"), document.title, mechanism))
        faults.extend(_blocks(source, (*path, "blocks"), document.blocks, report, levels, kinds))
    for name, sentence in report.sentences.items():
        faults.extend(_languages(source, ("sentences", name), sentence, mechanism))
    for kind, cycle in mechanism.cycles.items():
        if cycle.document not in report.documents:
            faults.append(source.fault(("documents",), f"cycle '{kind}' names the unknown document '{cycle.document}'"))
    return faults


def _languages(source: Source, path: KeyPath, text: Mapping[str, str], mechanism: Mechanism) -> Iterable[Fault]:
    for language in mechanism.languages:
        if language not in text:
            yield source.fault(path, f"the language '{language}' is missing")


def _blocks(
    source: Source,
    path: KeyPath,
    blocks: list[Block],
    report: Report,
    levels: Collection[str],
    kinds: Mapping[str, frozenset[str]],
) -> Iterable[Fault]:
    for index, block in enumerate(blocks):
        here = (*path, index)
        if block.block not in kinds:
            yield source.fault((*here, "block"), f"unknown kind of block '{block.block}'")
            continue
        if block.level is not None and block.level not in levels:
            yield source.fault((*here, "level"), f"unknown level '{block.level}'")
        for key in ("pattern", "without"):
            name = getattr(block, key)
            if name is None:
                continue
            if name not in report.sentences:
                yield source.fault((*here, key), f"unknown sentence '{name}'")
                continue
            for language, sentence in report.sentences[name].items():
                for field in sorted(fields_of(sentence) - kinds[block.block]):
                    where = ("sentences", name, language)
                    yield source.fault(where, f"block '{block.block}' does not fill the field '{field}'")
        yield from _blocks(source, (*here, "blocks"), block.blocks, report, levels, kinds)


def fields_of(sentence: str) -> set[str]:
    """The names of the fields in a sentence pattern."""
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}

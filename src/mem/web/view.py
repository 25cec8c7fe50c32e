"""What does a page say, before it is HTML? Pure: from what the services give to plain passages, links and anchors."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from mem.web.sources import SourceLine, told
from mem.web.words import Passage, Words

DEEPEST_HEADING = 6
SHADES = 5


class Value(Protocol):
    """A value of a scale, as a method defines it; without a rank it is outside the ranking."""

    @property
    def code(self) -> str: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def label(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Step:
    """One value of the scale: how it is called, and its shade (`0` best; `x` outside the ranking)."""

    code: str
    label: Passage
    shade: str


@dataclass(frozen=True)
class Count:
    """How often a value was given: where its part of the bar begins and how wide it is, in percent."""

    step: Step
    count: int
    start: str
    width: str


@dataclass
class Section:
    """A heading of the report with what is below it, and the ratings given there."""

    anchor: str
    code: str
    title: Passage
    below: list[Section] = field(default_factory=list)
    ratings: list[str] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)


@dataclass(frozen=True)
class Item:
    """A paragraph of the report. `level` is that of a heading, else 0; `number` that of a recommendation, else 0;
    `opens` marks the first of what was left out, which the page sets apart under a heading of its own."""

    anchor: str
    block: str
    level: int
    code: str
    said: Passage
    shade: str
    number: int
    opens: bool
    sources: Sequence[SourceLine]


@dataclass(frozen=True)
class ReportView:
    """A report. `notices` stand above everything, `items` are all other paragraphs in their order."""

    title: Passage
    notices: Sequence[Item]
    items: Sequence[Item]
    sections: Sequence[Section]
    counts: Sequence[Count]
    recommended: Sequence[Item]

    @property
    def left_out(self) -> bool:
        return any(item.opens for item in self.items)


@dataclass(frozen=True)
class Line:
    """A published report in the list."""

    state: Passage
    cycle: str
    href: str
    version: int
    day: str
    at: datetime


@dataclass
class RoundGroup:
    """The published reports of a round. `cycles` says whether there is more than one cycle to tell apart."""

    title: str
    mechanism: Passage
    synthetic: bool
    lines: list[Line] = field(default_factory=list)

    @property
    def cycles(self) -> bool:
        return len({line.cycle for line in self.lines}) > 1


def in_order(groups: Iterable[RoundGroup]) -> list[RoundGroup]:
    """The round published last comes first; states by name, as a reader looks for them."""
    found = sorted(groups, key=lambda group: max(line.at for line in group.lines), reverse=True)
    for group in found:
        group.lines.sort(key=lambda line: (_plain(line.state.text), line.cycle))
    return found


def steps(words: Words, values: Sequence[Value]) -> dict[str, Step]:
    """The values of a scale in its order, by code; shades are spread over the ranked ones, the highest first."""
    ranked = sorted(((value.rank, value.code) for value in values if value.rank is not None), reverse=True)
    last = max(1, len(ranked) - 1)
    shades = {code: str(round(place * (SHADES - 1) / last)) for place, (_, code) in enumerate(ranked)}
    return {value.code: Step(value.code, words.passage(value.label), shades.get(value.code, "x")) for value in values}


def report_view(
    words: Words,
    title: Mapping[str, str],
    paragraphs: Sequence[Mapping[str, Any]],
    scale: Mapping[str, Step],
    numbers: Mapping[str, int],
) -> ReportView:
    """A report as it is shown. `numbers` maps a unit to the number of the recommendation issued on it."""
    items = list(_items(words, paragraphs, scale, numbers))
    sections = _sections(items, paragraphs)
    for section in sections:
        section.counts = _counts(section.ratings, scale)
    return ReportView(
        words.passage(title),
        [item for item in items if item.block == "synthetic_notice"],
        [item for item in items if item.block != "synthetic_notice"],
        sections,
        _counts([paragraph["rating"] for paragraph in paragraphs if paragraph["rating"] is not None], scale),
        [item for item in items if item.number],
    )


def anchor(key: str) -> str:
    """The fragment of a paragraph: the same in every version and language, since its key is."""
    return "p-" + re.sub(r"[^A-Za-z0-9._-]", lambda found: _escaped(found.group()), key)


def _escaped(letter: str) -> str:
    return "-" if letter == "/" else f"_{ord(letter):x}_"


def _items(
    words: Words, paragraphs: Sequence[Mapping[str, Any]], scale: Mapping[str, Step], numbers: Mapping[str, int]
) -> Iterator[Item]:
    headings = {one["unit"]: anchor(one["key"]) for one in paragraphs if one["block"] == "heading"}
    level, seen, left_out = 1, Counter[str](), False
    for paragraph in paragraphs:
        is_heading = paragraph["block"] == "heading"
        if is_heading:
            level = min(paragraph["depth"] + 1, level + 1, DEEPEST_HEADING)
        opens = paragraph["block"] == "exclusions" and not left_out
        if opens:
            level, left_out = 2, True
        here = anchor(paragraph["key"])
        seen[here] += 1
        unit, said = paragraph["unit"] or "", words.passage(paragraph["text"])
        if is_heading:
            said = Passage(said.text.removeprefix(f"{unit} "), said.lang, said.note)
        rating = paragraph["rating"]
        yield Item(
            here if seen[here] == 1 else f"{here}_{seen[here]}",
            paragraph["block"],
            level if is_heading else 0,
            unit,
            said,
            (scale[rating].shade if rating in scale else "x") if rating is not None else "",
            numbers.get(unit, 0) if paragraph["block"] == "recommendation" else 0,
            opens,
            told(words, paragraph["sources"], headings),
        )


def _sections(items: Sequence[Item], paragraphs: Sequence[Mapping[str, Any]]) -> list[Section]:
    """The two upper levels of headings, without the deepest level where there is more than one."""
    found: list[Section] = []
    levels = sorted({item.level for item in items if item.level})
    upper = levels[:1] if len(levels) < 3 else levels[:2]
    for item, paragraph in zip(items, paragraphs, strict=True):
        if item.level in upper:
            section = Section(item.anchor, item.code, item.said)
            if item.level == upper[0] or not found:
                found.append(section)
            else:
                found[-1].below.append(section)
        if found and paragraph["rating"] is not None:
            found[-1].ratings.append(paragraph["rating"])
    return found


def _counts(ratings: Sequence[str], scale: Mapping[str, Step]) -> list[Count]:
    counted, before, found = Counter(ratings), 0, []
    for code in (*scale, *(code for code in counted if code not in scale)):
        if counted[code]:
            step = scale.get(code) or Step(code, Passage(code), "x")
            start, width = 100 * before / len(ratings), 100 * counted[code] / len(ratings)
            found.append(Count(step, counted[code], f"{start:.2f}%", f"{width:.2f}%"))
            before += counted[code]
    return found


def _plain(text: str) -> str:
    """Without accents and case: Água sorts beside agua."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()

"""Do a questionnaire's questions fit its plan, its types and each other?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mem.core.yaml import Fault, KeyPath, Source
from mem.expressions import BadExpression, names
from mem.plans.definition import Tree
from mem.questionnaires.definition import Question, Questionnaire, Section
from mem.questionnaires.types import TYPES, MultiChoice
from mem.workflow.loader import Folder, parse

EXTRAS = ("choices", "rows")


def check_questionnaires(folder: Folder, plans: Mapping[str, Tree]) -> tuple[set[str], list[Fault]]:
    """The codes of a folder's questionnaires, and every fault: unknown plan, unit, type or name in a condition,
    a key that stands twice, conditions that go in a circle, extras that do not fit the type."""
    faults: list[Fault] = []
    codes = set()
    for source in folder.inside("questionnaires/"):
        head = parse(Questionnaire, source, faults)
        if head is None:
            continue
        if head.questionnaire in codes:
            faults.append(source.fault(("questionnaire",), f"'{head.questionnaire}' is defined twice"))
        codes.add(head.questionnaire)
        tree = plans.get(head.plan)
        if tree is None:
            faults.append(source.fault(("plan",), f"unknown plan '{head.plan}'"))
            continue
        faults.extend(_Check(folder, source, head, tree).faults())
    return codes, faults


class _Check:
    def __init__(self, folder: Folder, source: Source, head: Questionnaire, tree: Tree) -> None:
        self.folder, self.source, self.head, self.tree = folder, source, head, tree
        self.places: dict[str, tuple[Source, KeyPath]] = {}
        self.questions: dict[str, Question] = {}

    def faults(self) -> Iterable[Fault]:
        for index, name in enumerate(self.head.sections):
            file = f"questionnaires/{self.head.questionnaire}/{name}.yaml"
            source = self.folder.sources.get(file)
            if source is None:
                yield self.source.fault(("sections", index), f"the file {file} is missing")
                continue
            unreadable: list[Fault] = []
            section = parse(Section, source, unreadable)
            yield from unreadable
            for number, question in enumerate(section.questions if section else ()):
                path: KeyPath = ("questions", number)
                if question.key in self.questions:
                    yield source.fault((*path, "key"), f"the key '{question.key}' stands twice")
                self.questions[question.key], self.places[question.key] = question, (source, path)
        for key, question in self.questions.items():
            yield from self._question(*self.places[key], question)
        yield from self._circles()

    def _question(self, source: Source, path: KeyPath, question: Question) -> Iterable[Fault]:
        for index, unit in enumerate(question.units):
            if unit not in self.tree.units:
                yield source.fault((*path, "units", index), f"unknown unit '{unit}' of plan '{self.head.plan}'")
        kind = TYPES.get(question.type)
        if kind is None:
            yield source.fault((*path, "type"), f"unknown type '{question.type}'")
            return
        for extra in EXTRAS:
            given, needed = bool(getattr(question, extra)), extra in kind.takes
            if given != needed:
                word = "needs" if needed else "does not take"
                yield source.fault((*path, extra), f"type '{question.type}' {word} '{extra}'")
            codes = [option.code for option in getattr(question, extra)]
            for code in sorted({code for code in codes if codes.count(code) > 1}):
                yield source.fault((*path, extra), f"the code '{code}' stands twice")
        yield from self._exclusive(source, (*path, "choices"), question)
        if question.shown_if is not None:
            try:
                for name in sorted(names(question.shown_if) - set(self.questions)):
                    yield source.fault((*path, "shown_if"), f"unknown question '{name}'")
            except BadExpression as error:
                yield source.fault((*path, "shown_if"), str(error))

    def _exclusive(self, source: Source, path: KeyPath, question: Question) -> Iterable[Fault]:
        """Only among several choices does one exclude others, and only if there are others."""
        exclusive = [index for index, choice in enumerate(question.choices) if choice.exclusive]
        if question.type != MultiChoice.name:
            for index in exclusive:
                yield source.fault((*path, index, "exclusive"), f"type '{question.type}' does not take 'exclusive'")
        elif exclusive and len(exclusive) == len(question.choices):
            yield source.fault(path, "every choice is exclusive: nothing is ever chosen together")

    def _circles(self) -> Iterable[Fault]:
        done: set[str] = set()

        def visit(key: str, above: tuple[str, ...]) -> Iterable[Fault]:
            if key in above:
                source, path = self.places[key]
                circle = " → ".join((*above[above.index(key) :], key))
                yield source.fault((*path, "shown_if"), f"conditions go in a circle: {circle}")
                return
            if key in done or key not in self.questions:
                return
            try:
                needed = names(self.questions[key].shown_if or "true")
            except BadExpression:
                needed = frozenset()
            for name in sorted(needed):
                yield from visit(name, (*above, key))
            done.add(key)

        for key in self.questions:
            yield from visit(key, ())

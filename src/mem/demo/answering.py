"""How does a state answer? Evidence first, then what is asked, until nothing required is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from mem.client import Caller
from mem.demo.inventions import invent
from mem.demo.stage import Evaluation, Persona, Stage

Task = Mapping[str, Any]


def attach_evidence(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Links for a share of the judged units, in bulk by parent, and one small file."""
    rules, caller = stage.script["inventions"], persona.caller
    units = [unit for unit in caller.get(f"{evaluation.path}/method")["units"] if unit["rated"]]
    for _, group in groupby(units, key=lambda unit: unit["parents"][-1:]):
        chosen = [
            unit["code"]
            for unit in group
            if stage.chance("evidence", evaluation.state, unit["code"]).random() < task["share"]
        ]
        _attach(stage, caller, evaluation, [[code] for code in chosen])
    text = rules["file_text"].format(state=evaluation.state).encode()
    query = {"title": "Synthetic statement", "file_name": "statement.txt", "unit": units[0]["code"]}
    caller.post_file(f"{evaluation.path}/evidence/files", text, "text/plain", **query)
    stage.count("evidence", 1, evaluation.state)


def answer_questionnaire(stage: Stage, persona: Persona, evaluation: Evaluation, task: Task) -> None:
    """Answer what is required and shown: all that is asked outright, then whatever the server says is missing.

    With `only`, just the questions on the units whose codes begin so: a contributor's part.
    """
    caller = persona.caller
    form = caller.get(f"{evaluation.path}/questionnaire")
    given = {answer["question"]: answer["version"] for answer in caller.get(f"{evaluation.path}/answers")["answers"]}
    asked = [question for question in form["questions"] if question["left_out"] is None]
    outright = [question for question in asked if question["shown_if"] is None]
    if "only" in task:
        outright = [question for question in outright if question["units"][0].startswith(tuple(task["only"]))]
        _give(stage, caller, evaluation, form, outright, given)
        return
    by_key = {question["key"]: question for question in asked}
    wanted = outright
    while wanted:
        _give(stage, caller, evaluation, form, wanted, given)
        wanted = [by_key[key] for key in _missing(caller, evaluation) if key not in given]


def _missing(caller: Caller, evaluation: Evaluation) -> list[str]:
    """The questions that the server names as unanswered: the last word of what a blocker is about."""
    found = caller.get(f"{evaluation.path}/transitions")["transitions"]
    missing = [
        blocker["about"].split()[-1]
        for possible in found
        for blocker in possible["blockers"]
        if blocker["code"] == "answer_missing"
    ]
    return list(dict.fromkeys(missing))


def _give(
    stage: Stage,
    caller: Caller,
    evaluation: Evaluation,
    form: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]],
    given: dict[str, int],
) -> None:
    rules = stage.script["inventions"]
    fresh = [question for question in questions if question["key"] not in given]
    documents = _documents(stage, caller, evaluation, fresh)
    answers = []
    for question in fresh:
        chance = stage.chance("answer", evaluation.state, question["key"])
        answer = (
            {"value": documents[question["key"]]}
            if question["key"] in documents
            else invent(question, chance, rules, form["years"])
        )
        answers.append((question, answer))
        given[question["key"]] = 1
    if evaluation.number < stage.script["one_by_one"]:
        for question, answer in answers:
            caller.put(f"{evaluation.path}/answers/{question['key']}", answer, 0)
    else:
        for bulk in _by_parent(answers):
            caller.post(f"{evaluation.path}/answers", {"answers": bulk})
    stage.count("answers", len(answers), evaluation.state)


def _by_parent(answers: Sequence[tuple[Mapping[str, Any], dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Answers in bulk, by the parent of the first unit they speak of."""
    for _, group in groupby(answers, key=lambda pair: pair[0]["units"][0].rpartition(".")[0]):
        yield [{"question": question["key"], "base": 0, **answer} for question, answer in group]


def _documents(
    stage: Stage, caller: Caller, evaluation: Evaluation, questions: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """For each question that asks for a document, a fresh piece of evidence on its units."""
    asked = [question for question in questions if question["type"] == "document"]
    ids = _attach(stage, caller, evaluation, [question["units"] for question in asked])
    return {question["key"]: [one] for question, one in zip(asked, ids, strict=True)}


def _attach(stage: Stage, caller: Caller, evaluation: Evaluation, units: Sequence[Sequence[str]]) -> list[str]:
    if not units:
        return []
    rules = stage.script["inventions"]
    links = []
    for number, supported in enumerate(units, start=1):
        fields = {"state": evaluation.state, "unit": supported[0], "n": number}
        links.append(
            {
                "title": rules["evidence_title"].format(**fields),
                "url": rules["evidence_url"].format(**fields),
                "units": list(supported),
                "language": rules["language"],
            }
        )
    made: list[str] = caller.post(f"{evaluation.path}/evidence/links", {"links": links})["ids"]
    stage.count("evidence", len(made), evaluation.state)
    return made

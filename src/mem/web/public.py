"""The pages anybody may read: what is published."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from mem.core.db import AnyRow
from mem.core.errors import NotFound
from mem.http.body import StrictRoute
from mem.http.unit import House, Reading
from mem.recommendations.service import issued
from mem.reports.versions import published, published_report
from mem.rounds.standing import Standing, standing
from mem.web.page import file_response, moved, page
from mem.web.view import Line, RoundGroup, in_order, report_view, steps
from mem.web.words import LANGUAGES, Passage, Words, preferred, words_by_language

routes = APIRouter(route_class=StrictRoute, include_in_schema=False, redirect_slashes=False)
ACTS: dict[str, Any] = {"x-action": "published.read"}
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
STATE = re.compile(r"[A-Z]{3}")


@routes.get("/", openapi_extra=ACTS)
def front(request: Request) -> Response:
    """To the page in the reader's language."""
    return moved(f"/{_reader(request)}/")


@routes.get("/static/{name}", openapi_extra=ACTS)
def static_file(name: str, request: Request, v: str = "") -> Response:
    """The stylesheet and the icon."""
    try:
        return file_response(name, v)
    except KeyError:
        return _missing(_reader(request), request)


@routes.get("/{language}/", openapi_extra=ACTS)
def home(language: str, request: Request, door: Reading) -> HTMLResponse:
    """Every published report, by round."""
    if language not in LANGUAGES:
        return _missing(_reader(request), request)
    words, groups, places = words_by_language()[language], dict[str, RoundGroup](), dict[tuple[str, str], Standing]()
    for entry in published(door.work):
        cycle = (entry.round_code, entry.cycle_code)
        if cycle not in places:
            places[cycle] = standing(door.work, entry.evaluation_id, None)
        where = places[cycle]
        mechanism = words.passage(where.method.mechanism.title)
        group = groups.setdefault(entry.round_code, RoundGroup(entry.round_title, mechanism, entry.synthetic))
        group.lines.append(
            Line(
                _name(words, where, entry.state),
                where.cycle_title,
                f"/{language}/{_rest(entry)}",
                entry.version,
                words.date(entry.at),
                entry.at,
            )
        )
    return page("home.html", language, sandbox=door.sandbox, rounds=in_order(groups.values()))


@routes.get("/{language}/reports/{round}/{cycle}/{state}", openapi_extra=ACTS)
def report(language: str, round: str, cycle: str, state: str, request: Request, door: Reading) -> HTMLResponse:
    """A published report, every paragraph with what it stands on."""
    if language not in LANGUAGES:
        return _missing(_reader(request), request)
    rest = f"reports/{round}/{cycle}/{state}"
    try:
        if not (CODE.fullmatch(round) and CODE.fullmatch(cycle) and STATE.fullmatch(state)):
            raise NotFound
        entry, version = published_report(door.work, round, cycle, state)
    except NotFound:
        return _missing(language, request)
    words, where = words_by_language()[language], standing(door.work, entry.evaluation_id, None)
    numbers = {row.unit: row.number for row in issued(door.work, entry.evaluation_id)}
    found = report_view(words, version.title, version.paragraphs, steps(words, where.scale.values), numbers)
    return page(
        "report.html",
        language,
        rest,
        sandbox=door.sandbox,
        report=found,
        entry=entry,
        state=_name(words, where, entry.state),
        mechanism=words.passage(where.method.mechanism.title),
        cycle=where.cycle_title,
        day=words.date(entry.at),
        held=None if entry.held_on is None else words.date(entry.held_on),
        data=f"/api/v1/published/{round}/{cycle}/{state}",
    )


def _below(language: str) -> None:
    @routes.get(f"/{language}", openapi_extra=ACTS)
    def home_of() -> Response:
        """To its address with a slash."""
        return moved(f"/{language}/")

    @routes.get(f"/{language}/{{rest:path}}", openapi_extra=ACTS)
    def elsewhere(rest: str, request: Request) -> HTMLResponse:
        """Below a language there is nothing else."""
        return _missing(language, request)


for _language in LANGUAGES:
    _below(_language)


def missing(request: Request) -> Response | None:
    """The page that nothing is there, for a reader who looks for a page; outside of the API."""
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return None
    return _missing(_reader(request), request)


def _missing(language: str, request: Request) -> HTMLResponse:
    house: House = request.app.state.house
    return page("missing.html", language, status=404, sandbox=house.said_of_itself())


def _reader(request: Request) -> str:
    return preferred(request.headers.get("accept-language", ""))


def _rest(entry: AnyRow) -> str:
    return f"reports/{entry.round_code}/{entry.cycle_code}/{entry.state}"


def _name(words: Words, where: Standing, state: str) -> Passage:
    member = where.method.members.member(state)
    return words.passage(member.names) if member is not None else Passage(state)

"""How does a page leave the house? As HTML in one language, without scripts, compressed, and never framed."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mem.web.words import LANGUAGES, words_by_language

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
A_MINUTE = "public, max-age=60"
FOR_GOOD = "public, max-age=31536000, immutable"
MEDIA_TYPES = {"mem.css": "text/css", "icon.svg": "image/svg+xml"}
"""The files there are, and what they are."""
SMALLEST_WORTH_COMPRESSING = 1_000

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    request: Request, template: str, language: str, rest: str = "", status: int = 200, **said: Any
) -> HTMLResponse:
    """A template as a page in this language; `rest` is its address after the language, for the language switch."""
    words = words_by_language()
    html = templates.get_template(template).render(
        words=words[language],
        languages=[(code, words[code]["name"], f"/{code}/{rest}") for code in LANGUAGES],
        file=address,
        **said,
    )
    headers = {**HEADERS, "Cache-Control": A_MINUTE if status == 200 else "no-store", "Content-Language": language}
    body, encoding = squeezed(request, html.encode())
    return HTMLResponse(body, status, headers | encoding)


def moved(request: Request, to: str) -> RedirectResponse:
    """See there instead; where to depends on the languages of the reader."""
    headers = {**HEADERS, "Cache-Control": A_MINUTE, "Vary": "Accept-Language"}
    return RedirectResponse(to, 303, headers)


def file_response(request: Request, name: str) -> Response:
    """A file of the pages, kept for good where it is asked for by its present content. Raises `KeyError`."""
    media_type, (data, digest) = MEDIA_TYPES[name], _file(name)
    kept = FOR_GOOD if request.query_params.get("v") == digest else A_MINUTE
    body, encoding = squeezed(request, data)
    return Response(body, 200, {**HEADERS, "Cache-Control": kept, **encoding}, media_type)


def address(name: str) -> str:
    """Where a file of the pages is; another address for another content."""
    return f"/static/{name}?v={_file(name)[1]}"


def squeezed(request: Request, data: bytes) -> tuple[bytes, dict[str, str]]:
    """The body as the reader takes it, and the headers that say so. All is public: there is no secret to leak."""
    headers = {"Vary": "Accept-Encoding"}
    if len(data) < SMALLEST_WORTH_COMPRESSING or not _takes_gzip(request.headers.get("accept-encoding", "").split(",")):
        return data, headers
    return gzip.compress(data, 6, mtime=0), {**headers, "Content-Encoding": "gzip"}


def _takes_gzip(accepted: Iterable[str]) -> bool:
    for part in accepted:
        coding, _, weight = part.strip().lower().partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


@cache
def _file(name: str) -> tuple[bytes, str]:
    data = (HERE / "static" / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]

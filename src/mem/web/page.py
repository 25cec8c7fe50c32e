"""How does a page leave the house? As HTML in one language, without scripts, and never framed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mem.web.words import LANGUAGES, words_by_language

HERE = Path(__file__).parent
CONTENT = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
}
A_MINUTE = "public, max-age=60"
FOR_GOOD = "public, max-age=31536000, immutable"
MEDIA_TYPES = {"mem.css": "text/css", "icon.svg": "image/svg+xml"}
"""The files there are, and what they are."""

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(
    template: str, language: str, rest: str = "", status: int = 200, sandbox: str | None = None, **said: Any
) -> HTMLResponse:
    """A template as a page in this language; `rest` is its address after the language, for the language switch.
    `sandbox`: what a sandbox says of itself, which every page of it shows."""
    words = words_by_language()
    html = templates.get_template(template).render(
        words=words[language],
        languages=[(code, words[code]["name"], f"/{code}/{rest}") for code in LANGUAGES],
        file=address,
        sandbox=sandbox,
        **said,
    )
    kept = A_MINUTE if status == 200 else "no-store"
    return HTMLResponse(html, status, {**CONTENT, "Cache-Control": kept, "Content-Language": language})


def moved(to: str) -> RedirectResponse:
    """See there instead; where to depends on the languages of the reader."""
    headers = {**CONTENT, "Cache-Control": A_MINUTE, "Vary": "Accept-Language"}
    return RedirectResponse(to, 303, headers)


def file_response(name: str, version: str) -> Response:
    """A file of the pages, kept for good where it is asked for by its present version. Raises `KeyError`."""
    media_type, (data, digest) = MEDIA_TYPES[name], _file(name)
    kept = FOR_GOOD if version == digest else A_MINUTE
    return Response(data, 200, {**CONTENT, "Cache-Control": kept}, media_type)


def address(name: str) -> str:
    """Where a file of the pages is; another address for another content."""
    return f"/static/{name}?v={_file(name)[1]}"


@cache
def _file(name: str) -> tuple[bytes, str]:
    data = (HERE / "static" / name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]

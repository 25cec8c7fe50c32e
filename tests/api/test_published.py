"""Does the public read what is published, whole, and nothing before?"""

from __future__ import annotations

import re

from tests.callers import Api
from tests.road import STAGES, V1, ok, refused, road

LINE = {
    "round_code", "round_title", "cycle_code", "state", "title", "version", "sha256", "at", "decided_at", "synthetic",
}  # fmt: skip
PARAGRAPH = {"key", "block", "unit", "depth", "text", "rating", "sources"}


async def test_nothing_is_public_until_it_is_published(api: Api) -> None:
    """Neither to nobody, nor to those who read the draft: the public addresses are the same for all."""
    found = await road(api)
    nowhere = f"{V1}/published/r-none/main/BRB"
    for stage in STAGES[:-1]:
        await found.to(stage)
        for caller in (api, found.cast.entity, found.cast.officer):
            assert ok(await caller.get(f"{V1}/published")) == {"reports": []}, stage
            unpublished, unknown = await caller.get(found.public_path), await caller.get(nowhere)
            assert refused(unpublished, 404) == refused(unknown, 404)
            assert unpublished.headers == unknown.headers
    await found.to("published")
    assert len(ok(await api.get(f"{V1}/published"))["reports"]) == 1


async def test_a_published_report_is_listed_and_read_by_anybody(api: Api) -> None:
    found = await road(api, "published")
    listed = await api.get(f"{V1}/published")
    (line,) = ok(listed)["reports"]
    assert set(line) == LINE
    assert (line["round_code"], line["round_title"], line["cycle_code"]) == ("r-1", "A test round", "main")
    assert (line["state"], line["version"], line["synthetic"]) == ("BRB", 2, True)
    (session,) = ok(await found.cast.officer.get(f"{found.round_path}/occasions"))["occasions"]
    assert line["decided_at"] == {key: session[key] for key in ("kind", "title", "held_on")}
    read = await api.get(found.public_path)
    report = ok(read)
    assert set(report) == LINE | {"paragraphs", "recommendations", "sandbox"}
    assert {key: report[key] for key in LINE} == line
    assert re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', read.headers["etag"])
    for response in (listed, read):
        assert response.headers["cache-control"] == "public, max-age=60"
    assert all(set(one) == PARAGRAPH for one in report["paragraphs"])
    assert all(one["sources"] and one["text"] for one in report["paragraphs"])
    assert [one["key"] for one in report["paragraphs"][:3]] == ["synthetic_notice", "preface", "coverage"]
    assert {one["unit"] for one in report["paragraphs"] if one["block"] == "rating"} == set(await found.rated())
    assert all(set(one) == {"number", "unit", "text", "sources"} for one in report["recommendations"])
    assert [one["number"] for one in report["recommendations"]] == list(range(1, len(report["recommendations"]) + 1))
    names = {"officer", "expert", "commission", "entity", str(found.cast.officer.person_id), found.evaluations["BRB"]}
    assert not [name for name in names if f'"{name}"' in read.text]  # neither persons nor what is within


async def test_what_is_not_published_beside_it_stays_unknown(api: Api) -> None:
    found = await road(api, "published")
    for rest in ("r-1/main/CHL", "r-1/second/BRB", "r-2/main/BRB"):
        refused(await api.get(f"{V1}/published/{rest}"), 404)
    for rest in ("r-1/main/brb", "r-1/main/BRBX", "R-1/main/BRB"):
        refused(await api.get(f"{V1}/published/{rest}"), 422)
    for rest in ("", "/report", "/answers", "/comments", "/recommendations", "/transitions", "/record", "/leaves"):
        refused(await api.get(f"{found.path}{rest}"), 401)
    one = ok(await found.cast.entity.get(f"{found.path}/recommendations"))["recommendations"][0]
    refused(await api.get(f"{V1}/recommendations/{one['id']}/transitions"), 401)


async def test_the_service_says_that_it_is_there(api: Api) -> None:
    assert ok(await api.get(f"{V1}/health")) == {"status": "ok", "sandbox": None}
    assert ok(await api.get(f"{V1}/ready")) == {"status": "ready"}

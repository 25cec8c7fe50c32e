"""Is what anybody may keep sent again only when it changed, and everything else always?"""

from __future__ import annotations

import pytest
from tests.callers import Api
from tests.road import V1, ok, road


async def test_what_is_published_is_sent_again_only_when_it_changed(api: Api) -> None:
    found = await road(api, "before_commission")
    before = {path: (await api.get(path)).headers["etag"] for path in (f"{V1}/published", "/en/")}
    await found.to("published")
    for path in (*before, found.public_path, f"/en/reports/{found.code}/main/BRB", "/static/mem.css"):
        first = await api.get(path)
        tag = first.headers["etag"]
        assert (first.status_code, tag[0], tag[-1]) == (200, '"', '"'), "a strong tag"
        assert before.get(path) != tag
        for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await api.get(path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), path
            assert again.headers["cache-control"] == first.headers["cache-control"]
            assert not {"content-type", "content-encoding"} & again.headers.keys()
        for asked in (before.get(path, '"other"'), tag.strip('"'), ""):
            again = await api.get(path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content) == (200, first.content), path


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_the_tag_is_one_of_the_bytes_that_are_sent(api: Api) -> None:
    tags = [(await api.get("/en/", headers={"Accept-Encoding": how})).headers["etag"] for how in ("identity", "gzip")]
    assert len(set(tags)) == 2
    head = await api.client.head("/en/", headers={"Accept-Encoding": "identity", "If-None-Match": tags[0]})
    assert (head.status_code, head.headers["etag"]) == (304, tags[0])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_what_nobody_may_keep_is_always_sent(api: Api) -> None:
    found = await road(api)
    officer = found.cast.officer
    tag = (await officer.get(found.path)).headers["etag"]
    assert ok(await officer.get(found.path, headers={"If-None-Match": tag}))["state"] == "BRB"
    assert (await api.get("/nothing", headers={"If-None-Match": "*"})).status_code == 404

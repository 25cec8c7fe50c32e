"""Does HEAD answer wherever GET does, as GET does, and nowhere else?"""

from __future__ import annotations

import pytest
from tests.callers import Api, person
from tests.road import V1

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/en/", 200), (f"{V1}/health", 200), (f"{V1}/published", 200), (f"{V1}/me", 200), (f"{V1}/rounds", 200),
        (f"{V1}/openapi.json", 200), (f"{V1}/rounds/nothing", 422), ("/nothing", 404),
        (f"{V1}/mechanisms/mem/plans/hemispheric-2016-2020", 200),
    ],
)  # fmt: skip
async def test_the_head_is_that_of_the_whole(api: Api, path: str, status: int) -> None:
    auditor = person(api, "auditor")
    whole, head = [await auditor.send(verb, path, {"Accept-Encoding": "identity"}) for verb in ("GET", "HEAD")]
    assert (whole.status_code, head.status_code) == (status, status)
    assert (head.content, head.headers) == (b"", whole.headers)
    assert whole.content


async def test_where_there_is_nothing_to_get_there_is_no_head(api: Api) -> None:
    answer = await api.client.head(f"{V1}/roles/6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11/end")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

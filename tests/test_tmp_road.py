import time
import pytest
from tests.callers import Api
from tests.road import road, STAGES

async def test_it(api: Api) -> None:
    r = await road(api)
    for s in STAGES[1:]:
        t=time.time(); await r.to(s); print(s, round(time.time()-t,3))

from tests.callers import Api, person
async def test_calls(api: Api) -> None:
    c = person(api, "mem_unit")
    r = await c.post("/api/v1/rounds", {"mechanism": "mem", "code": "r1", "title": "R", "synthetic": True, "cycles": [{"kind": "evaluation", "code": "c1", "title": "C"}]})
    assert r.status_code == 201, r.text
    rid = r.json()["id"]
    r = await c.fire(f"/api/v1/rounds/{rid}", "call_for_experts")
    assert r.status_code == 409, r.text
    print(r.json())
    cycles = (await c.get(f"/api/v1/rounds/{rid}")).json()
    print(cycles)
    cid = cycles["cycles"][0]["id"]
    r = await c.post(f"/api/v1/cycles/{cid}/evaluations", {"states": ["BRB"]})
    assert r.status_code == 201, r.text
    (eid,) = r.json()["ids"]
    r = await c.fire(f"/api/v1/rounds/{rid}", "call_for_experts")
    assert r.status_code == 200, r.text
    n = person(api, "national_coordinating_entity", "BRB")
    r = await n.put(f"/api/v1/evaluations/{eid}/answers/is_1_1", {"value": True}, 0)
    assert r.status_code == 403, r.text
    r = await n.put(f"/api/v1/evaluations/{eid}/answers/is_1_1", {"value": True}, 3, headers={"If-Match": None})
    assert r.status_code == 428, r.text
    r = await n.post(f"/api/v1/evaluations/{eid}/answers", {"answers": []}, headers={"Idempotency-Key": None})
    assert r.status_code in (400, 403, 422), r.text
    r = await n.fire(f"/api/v1/evaluations/{eid}", "issue", reason="x")
    assert r.status_code == 409, r.text

"""Are the installed mechanism, its plan, and what an evaluation is judged by shown as they are?"""

from __future__ import annotations

from tests.callers import Api, person
from tests.road import EXCLUDED, V1, ok, refused, road

from mem.methods.method import Method


async def test_a_mechanism_is_shown_to_every_member_and_to_nobody_else(api: Api, method: Method) -> None:
    path = f"{V1}/mechanisms/mem"
    refused(await api.get(path), 401)
    shown = ok(await person(api, "expert", "BRB").get(path))
    assert set(shown) == {
        "code", "version", "title", "languages", "ranks", "occasions", "roles", "cycles", "workflows", "members"
    }  # fmt: skip
    assert (shown["code"], shown["languages"]) == ("mem", ["en", "es", "fr", "pt"])
    assert shown["roles"]["expert"] == method.roles["expert"].title
    assert shown["cycles"]["evaluation"]["plan"] == "hemispheric-2016-2020"
    stages = shown["workflows"]["country_evaluation"]["stages"]
    assert list(stages) == list(method.workflows["country_evaluation"].stages)
    assert stages["review"]["es"] == "Revisión independiente"
    barbados = next(one for one in shown["members"] if one["code"] == "BRB")
    assert set(barbados) == {"code", "names", "region", "language", "since", "until"}
    assert len(shown["members"]) == 34
    assert refused(await person(api, "auditor").get(f"{V1}/mechanisms/other"), 404)["code"] == "unknown_mechanism"


async def test_the_plan_is_open_to_anybody_and_said_in_the_language_that_is_asked_for(api: Api) -> None:
    path = f"{V1}/mechanisms/mem/plans/hemispheric-2016-2020"
    plan = ok(await api.get(path))
    assert plan["title"] == "Hemispheric Plan of Action on Drugs 2016-2020"
    assert [len(area["objectives"]) for area in plan["areas"]] == [7, 5, 5, 8, 5]
    actions = [action for area in plan["areas"] for one in area["objectives"] for action in one["actions"]]
    assert (len(actions), actions[0]["code"]) == (128, "IS-1.1")
    spanish = ok(await api.get(path, params={"language": "es"}))
    assert spanish["title"].startswith("Plan de Acción Hemisférico")
    refused(await api.get(f"{V1}/mechanisms/mem/plans/other"), 404)
    refused(await api.get(f"{V1}/mechanisms/other/plans/hemispheric-2016-2020"), 404)
    refused(await api.get(f"{V1}/mechanisms/mem/plans/Other_Plan"), 422)


async def test_an_evaluation_is_judged_by_the_units_and_the_scale_that_are_pinned_for_it(api: Api) -> None:
    found = await road(api)
    told = ok(await found.cast.entity.get(f"{found.path}/method"))
    assert told["method"] == ok(await found.cast.entity.get(found.round_path))["method"]
    units = {one["code"]: one for one in told["units"]}
    assert set(units["IS-1.1"]) == {"code", "level", "parents", "text", "notes", "rated", "excluded"}
    shown = {
        code: (units[code]["level"], units[code]["parents"], units[code]["rated"], units[code]["excluded"])
        for code in ("IS", "IS-1", "IS-1.1", "IS-7.1", "DR-1.1")
    }
    assert shown == {
        "IS": ("area", [], False, None),
        "IS-1": ("objective", ["IS"], False, None),
        "IS-1.1": ("action", ["IS", "IS-1"], True, None),
        "IS-7.1": ("action", ["IS", "IS-7"], False, EXCLUDED["IS-7"]),
        "DR-1.1": ("action", ["DR", "DR-1"], False, EXCLUDED["DR"]),
    }
    assert sum(one["rated"] for one in units.values()) == 23
    assert units["IS-2"]["notes"]
    assert set(told["scale"][0]) == {"code", "label", "rank", "applicable", "demands_recommendation"}
    scale = {one["code"]: (one["rank"], one["applicable"], one["demands_recommendation"]) for one in told["scale"]}
    assert scale == {
        "completed": (4, True, False), "mostly_completed": (3, True, False), "partially_completed": (2, True, False),
        "started": (1, True, True), "not_started": (0, True, True), "not_applicable": (None, False, False),
    }  # fmt: skip

"""Uploading a forecast over HTTP, and what live figures and history make of it."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.agents import Entered
from floorpulse.figures.forecasts.keeper import ForecastKeeper
from floorpulse.kpis.formulas.planning import fewest_for
from floorpulse.kpis.policies import DEFAULT_POLICY
from floorpulse.query.api.forecast_bodies import MOST_ROWS
from floorpulse.query.api.forecast_body import MOST_BYTES
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered
from tests.fakes.world import NOW, Client, World, busy_world

NOON = NOW - 440_000  # 2026-11-11T12:00:00Z
TODAY = {"from": "2026-11-11T00:00:00Z", "to": "2026-11-12T00:00:00Z"}
HEADER = "queue,channel,start,length,volume,aht,staffed\n"
PARTS = "value", "numerator", "denominator"
MAIL = """
tenant: demo
about:
  - {names: {en: Demo, zh: 演示}, zone: UTC, service_level: mail}
service_levels:
"""
CSV = HEADER + "sales,,2026-11-11T12:00:00Z,30,40,180,12\nsales,,2026-11-11T11:30:00Z,30,30,180,\n"


@pytest.fixture
def world() -> World:
    return busy_world()


def planner(world: World) -> Client:
    return Client(world.app, {"Authorization": "Bearer planner"})


def told(world: World, kpi: str, **asked: str) -> dict[str, Any]:
    """The one live figure."""
    (row,) = (
        world.client()
        .get("/v1/kpis", {"by": "total", "window": "30m", "kpi": kpi, **asked})
        .json()["rows"]
    )
    return dict(row)


def past(world: World, kpi: str, **asked: str) -> list[dict[str, Any]]:
    answer = world.client().get(
        "/v1/kpis/history", {"by": "total", "interval": "30m", "kpi": kpi, **TODAY, **asked}
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


def test_an_upload_is_a_version_and_the_same_again_is_none(world: World) -> None:
    first = planner(world).put("/v1/forecasts?note=week+46", CSV)
    again = planner(world).put("/v1/forecasts", CSV)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {
        "version": 1,
        "rows": 2,
        "from": "2026-11-11T11:30:00+00:00",
        "to": "2026-11-11T12:30:00+00:00",
        "note": "week 46",
        "uploaded_at": "2026-11-11T12:07:20+00:00",
        "uploaded_by": "5",
        "new": True,
        "unknown_queues": [],
    }
    assert again.json() == {**first.json(), "new": False}


def test_what_is_in_force_comes_from_the_newest_upload_of_each_time(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    planner(world).put(
        "/v1/forecasts",
        json.dumps(
            {
                "rows": [
                    {
                        "queue": "sales",
                        "start": "2026-11-11T12:00",
                        "length": 15,
                        "volume": 25,
                        "aht": 200,
                    }
                ]
            }
        ),
        "application/json",
    )
    answer = world.client().get("/v1/forecasts", TODAY).json()
    old = world.client().get("/v1/forecasts", {**TODAY, "version": "1", "queue": "sales"}).json()

    assert [
        (row["time"][11:16], row["end"][11:16], row["volume"], row["staffed"], row["version"])
        for row in answer["rows"]
    ] == [
        ("11:30", "12:00", 30, None, 1),
        ("12:00", "12:15", 25, None, 2),
        ("12:15", "12:30", 20, 12, 1),
    ]
    assert [(one["version"], one["rows"]) for one in answer["versions"]] == [(2, 1), (1, 2)]
    assert [row["volume"] for row in old["rows"]] == [30, 40]


def test_forecasts_come_in_pages(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    client = world.client()
    first = client.get("/v1/forecasts", {**TODAY, "limit": "1"}).json()
    second = client.get("/v1/forecasts", {**TODAY, "limit": "1", "cursor": first["next"]}).json()

    assert [row["volume"] for row in (*first["rows"], *second["rows"])] == [30, 40]
    assert second["next"] is None


def test_a_queue_nobody_has_heard_of_is_pointed_out(world: World) -> None:
    assert planner(world).put("/v1/forecasts", CSV.replace("sales", "slaes")).json()[
        "unknown_queues"
    ] == ["slaes"]


def test_one_wrong_row_stores_nothing(world: World) -> None:
    answer = planner(world).put(
        "/v1/forecasts", CSV + "sales,fax,2026-11-11T13:00:00Z,30,40,180,\nsales,,soon,30,40,180,\n"
    )

    assert (answer.status_code, answer.json()["title"], answer.json()["total"]) == (
        422,
        "Invalid forecast",
        2,
    )
    assert [(one["row"], one["field"]) for one in answer.json()["mistakes"]] == [
        (3, "channel"),
        (4, "start"),
    ]
    assert "row 3, channel: 'fax' is no channel" in answer.json()["detail"]
    assert world.client().get("/v1/forecasts", TODAY).json()["versions"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "words"),
    [
        ("", "text/csv", 422, "queue, start, length, volume, aht"),
        (HEADER, "text/csv", 422, "no row"),
        ("queue,start\n", "text/csv", 422, "length"),
        (HEADER.replace("channel", "chanel"), "text/csv", 422, "chanel"),
        (CSV.replace(",", ";"), "text/csv", 422, "Separate cells by commas"),
        (CSV.replace("sales", "sa\0les"), "text/csv", 422, "U+0000"),
        (HEADER + "sales,,2026-11-11T12:00:00Z,30,40,180,12,13\n", "text/csv", 422, "no field"),
        (HEADER + 'sales,"a"b,c\n', "text/csv", 422, "Line 2 is no CSV"),
        ("[]", "application/json", 422, "rows"),
        ('{"rows": []}', "application/json", 422, "no row"),
        ('{"rows": [{}], "more": 1}', "application/json", 422, "more"),
        ("queue", "application/xml", 415, "application/xml"),
        (
            HEADER + "s,,2026-11-11T12:00:00Z,30,4,180,1\n" * (MOST_ROWS + 1),
            "text/csv",
            413,
            "several uploads",
        ),
        ("x" * (MOST_BYTES + 1), "text/csv", 413, "send less at once"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_body_that_is_no_forecast_is_refused_with_what_is_wrong(
    world: World, body: str, kind: str, status: int, words: str
) -> None:
    answer = planner(world).put("/v1/forecasts", body, kind)

    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def test_a_file_of_another_encoding_is_named_with_its_line(world: World) -> None:
    async def put() -> httpx.Response:
        headers = {"Authorization": "Bearer planner", "Content-Type": "text/csv"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(world.app), base_url="http://api.test", headers=headers
        ) as client:
            return await client.put(
                "/v1/forecasts", content=HEADER.encode() + "销售,,".encode("gbk")
            )

    assert "Line 2 is no UTF-8" in asyncio.run(put()).json()["detail"]


def test_only_who_may_change_things_uploads(world: World) -> None:
    assert world.client().put("/v1/forecasts", CSV).status_code == 403
    assert (
        "never uploaded"
        in world.client().get("/v1/forecasts", {**TODAY, "version": "7"}).json()["detail"]
    )
    assert planner(world).put("/v1/forecasts?notes=x", CSV).json()["known"] == ["note"]
    assert planner(world).put("/v1/forecasts?note=%00", CSV).status_code == 422


# ------------------------------------------------------------- figures


def test_an_interval_in_progress_is_compared_by_its_share_of_time(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    row = told(world, "forecast_variance", window="today")
    (offered,) = past(
        world, "offered", **{"from": "2026-11-11T11:30:00Z", "queue": "sales", "interval": "all"}
    )
    came = offered["value"]

    expected = 30 + 40 * 440 / 1800  # 12:00:00 to 12:07:20
    assert row["denominator"] == pytest.approx(expected)
    assert row["numerator"] == pytest.approx(came - expected)
    assert row["value"] == pytest.approx((came - expected) / expected)


def test_live_today_is_the_day_of_history_in_progress(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    kpis = (
        "forecast_variance,wape,agents_required,agents_required:erlang_c,agents_required:rest,"
        "agents_gap:planned,service_level_projected"
    )
    live = world.client().get("/v1/kpis", {"window": "today", "kpi": kpis}).json()["rows"]
    day = past(world, kpis, interval="1d", by="queue")

    assert [
        (row["queue"], row["kpi"], row["value"], row["numerator"], row["denominator"])
        for row in live
    ] == [
        (row["queue"], row["kpi"], row["value"], row["numerator"], row["denominator"])
        for row in day
    ]
    assert any(row["value"] for row in live if row["kpi"] == "service_level_projected")


def test_a_live_half_hour_projects_to_the_end_of_the_one_in_progress(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    live = told(world, "service_level_projected", queue="sales")
    (row,) = past(
        world,
        "service_level_projected",
        queue="sales",
        **{"from": "2026-11-11T12:00:00Z", "to": "2026-11-11T12:30:00Z"},
    )

    assert (live["numerator"], live["denominator"]) == (row["numerator"], row["denominator"])
    assert row["denominator"] > 30


def test_without_a_forecast_there_is_no_variance_and_the_projection_is_what_counted(
    world: World,
) -> None:
    variance = told(world, "forecast_variance")
    level = told(world, "service_level", window="today")
    projected = told(world, "service_level_projected", window="today")

    assert (variance["value"], variance["numerator"], variance["denominator"]) == (None, 0, 0)
    assert [projected[part] for part in PARTS] == [level[part] for part in PARTS]


def test_a_forecast_of_one_channel_is_compared_with_that_channel_only(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV.replace("sales,,", "sales,chat,"))

    assert told(world, "forecast_variance", window="today")["numerator"] == pytest.approx(
        -30 - 40 * 440 / 1800
    )
    assert told(world, "forecast_variance", window="today", channel="voice")["denominator"] == 0
    assert told(world, "forecast_variance", window="today", channel="chat")["denominator"] > 0


@pytest.mark.no_cover
def test_twenty_thousand_where_fifteen_thousand_were_forecast() -> None:
    world = World()
    hours = [f"2026-11-11T{hour:02}:{minute:02}:00Z" for hour in range(8, 12) for minute in (0, 30)]
    planner(world).put(
        "/v1/forecasts", HEADER + "".join(f"sales,,{start},30,1875,50,50\n" for start in hours)
    )
    begin = NOON - 4 * HOUR
    world.floor.put(
        *(answered(begin + number * 4 * HOUR // 20_000, 10, 50) for number in range(20_000))
    )
    world.floor.put(answered(NOON + MINUTE, 10, 50))
    world.floor.enter("ann", Entered(begin, "available", ("sales",)))
    world.now = NOON
    world.tell()

    variance = told(world, "forecast_variance", window="today")
    error = told(world, "wape", window="today")
    assert (variance["value"], variance["numerator"], variance["denominator"]) == (
        pytest.approx(1 / 3),
        5000,
        15_000,
    )
    assert error["value"] == pytest.approx(1 / 3)
    row = past(
        world,
        "agents_required,agents_gap:planned,agents_gap",
        **{"from": hours[0], "to": "2026-11-11T08:30:00Z"},
    )
    came = {one["kpi"]: one for one in row}
    as_forecast = fewest_for(1875 / 1800, 50, DEFAULT_POLICY.patience, DEFAULT_POLICY)
    assert (as_forecast, came["agents_required"]["value"]) == (49, 64)
    assert came["agents_gap:planned"]["value"] == 50 - 64
    assert came["agents_gap"]["value"] == 1 - 64


def test_patience_is_a_definition_a_mail_waits_for_a_day() -> None:
    """200 mails of 360 s keep 20 agents busy all hour: one in ten would give up after two minutes,
    hardly anybody within a day.
    """
    begin = NOON - HOUR
    told = dict[str, float]()
    for patience in (120, 86_400):
        world = World()
        world.definitions = definitions(
            f"{MAIL}  - {{id: mail, formula: V3, threshold: 3600, patience: {patience}}}\n"
        )
        planner(world).put(
            "/v1/forecasts",
            HEADER
            + "".join(f"sales,,2026-11-11T{at}:00Z,30,100,360,20\n" for at in ("11:00", "11:30")),
        )
        world.floor.put(*(answered(begin + number * 18_000, 10, 360) for number in range(100)))
        world.now = begin + HOUR // 2
        world.tell()
        hour = {"from": "2026-11-11T11:00:00Z", "to": "2026-11-11T12:00:00Z", "interval": "1h"}
        rows = past(world, "service_level_projected,agents_required", **hour)
        told |= {f"{row['kpi']} {patience}": row["value"] for row in rows}

    assert told["service_level_projected 120"] < 0.97
    assert told["service_level_projected 86400"] > 0.99
    assert told["agents_required 86400"] > told["agents_required 120"]


# ------------------------------------------------------------- keeping


def test_another_process_heeds_an_upload_at_its_next_look(world: World) -> None:
    other = ForecastKeeper(world.forecasts.store, lambda: NOW)
    asyncio.run(other.look())
    planner(world).put("/v1/forecasts", CSV)
    asyncio.run(other.look())

    assert len(other.current["demo"]) == 2


def test_what_is_known_holds_while_the_store_is_away(world: World) -> None:
    planner(world).put("/v1/forecasts", CSV)
    world.forecasts.store.away = True  # type: ignore[attr-defined]

    async def run_a_while() -> None:
        running = asyncio.create_task(world.forecasts.run(0.001))
        await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(run_a_while())

    assert len(world.forecasts.current["demo"]) == 2

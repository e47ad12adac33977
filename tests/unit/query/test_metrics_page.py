"""The page of metrics as scrapers get it: formats, codings, first values, and what it tells when
something is away.
"""

from collections.abc import Callable, Iterable
from math import isnan

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families

from floorpulse.figures.live.figures import LiveFigures
from floorpulse.query.metrics import PIPELINE
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.pipeline.ports import LogView
from floorpulse.query.prometheus.births import ONCE
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import SERIES_PER_QUEUE, SERIES_PER_TENANT, Exposition
from floorpulse.query.prometheus.metric_names import FLOOR_FAMILIES
from floorpulse.query.prometheus.samples import Samples
from floorpulse.runtime.metric_families import MetricKind
from tests.fakes.definitions import definitions
from tests.fakes.floor import answered, waiting
from tests.fakes.world import LEADER, NOW, Client, World, busy_world

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3"
Read = Callable[[str], Iterable[Metric]]
OFFERED = "contactcenter_contacts_offered_total"
CONFIGURED = """
tenant: demo
queues:
  - {id: vip, names: {en: VIP}, channels: [voice, chat]}
"""


@pytest.fixture
def world() -> World:
    return busy_world()


def values(
    world: World, accept: str = "*/*", read: Read = text_string_to_metric_families
) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    page = Client(world.app, LEADER | {"Accept": accept}).get("/metrics").text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in read(page)
        for sample in family.samples
    }


def value(world: World, name: str, **labels: str) -> float | None:
    return values(world).get((name, frozenset(labels.items())))


def offered(world: World, queue: str = "sales") -> float | None:
    return value(world, OFFERED, tenant="demo", queue=queue, channel="voice")


def pass_time(world: World, milliseconds: int) -> None:
    world.now += milliseconds
    world.tell()


def test_both_formats_tell_the_same_figures(world: World) -> None:
    values(world)
    pass_time(world, ONCE)
    text = values(world)
    openmetrics = values(world, OPENMETRICS, openmetrics_families)

    of_floor = {key for key in text if key[0].startswith("contactcenter_")}
    assert len(of_floor) > 300
    assert of_floor == {key for key in openmetrics if key[0].startswith("contactcenter_")}
    assert {key: repr(text[key]) for key in of_floor} == {
        key: repr(openmetrics[key]) for key in of_floor
    }


def test_each_format_has_its_content_type_and_openmetrics_its_end(world: World) -> None:
    client = Client(world.app, LEADER)
    text = client.get("/metrics")
    openmetrics = client.get("/metrics", headers={"Accept": OPENMETRICS})

    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("\n# EOF\n")
    assert "# TYPE contactcenter_contacts_offered counter\n" in openmetrics.text
    assert "# TYPE contactcenter_contacts_offered_total counter\n" in text.text


def test_the_page_is_packed_where_the_scraper_unpacks_it(world: World) -> None:
    client = Client(world.app, LEADER)
    plain = client.get("/metrics", headers={"Accept-Encoding": "identity"})
    packed = client.get("/metrics", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding"
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert "contactcenter_contacts_waiting{" in packed.text


def test_every_family_of_the_catalogue_is_told_with_its_type_and_labels(world: World) -> None:
    page = Client(world.app, LEADER).get("/metrics").text
    told = {family.name: family for family in text_string_to_metric_families(page)}

    for name, family in FLOOR_FAMILIES.items():
        counter = family.kind is MetricKind.COUNTER
        found = told[name.removesuffix("_total") if counter else name]
        labels = {*found.samples[0].labels} - {"le"}
        assert (found.type, labels) == (family.kind, set(family.labels)), name


def test_a_new_queue_is_told_with_0_first_and_its_gauges_at_once(world: World) -> None:
    world.board.counting = True
    values(world)
    pass_time(world, ONCE)
    world.floor.put(waiting(world.now - 1000, "vip"))
    pass_time(world, 1000)
    born = offered(world, "vip")
    waits = value(
        world, "contactcenter_contacts_waiting", tenant="demo", queue="vip", channel="voice"
    )
    world.floor.put(answered(world.now - 9000, 2, queue="vip"))
    pass_time(world, ONCE - 1)
    before = offered(world, "vip")
    pass_time(world, 1000)

    assert (born, waits, before) == (0, 1, 0)
    assert offered(world, "vip") == 2


def test_a_counter_that_was_told_stays_where_it_is_when_the_board_is_loaded_again(
    world: World,
) -> None:
    world.board.counting = True
    values(world)
    world.floor.put(answered(world.now - 9000, 2))
    pass_time(world, ONCE)
    before = offered(world)
    world.loaded = False
    pass_time(world, 1000)
    meanwhile = offered(world)
    world.loaded = True
    pass_time(world, 1000)

    assert (before, meanwhile, offered(world)) == (1, None, 1)


def test_a_queue_that_was_idle_for_weeks_comes_back_at_what_it_told(world: World) -> None:
    world.board.counting = True
    values(world)
    world.floor.put(answered(world.now - 9000, 2, queue="help"))
    pass_time(world, ONCE)
    before = offered(world, "help")
    world.now += world.board.rules.idle + 60_000
    gone = offered(world, "help")
    world.floor.put(answered(world.now - 9000, 2, queue="help"))
    pass_time(world, 1000)
    back = offered(world, "help")
    pass_time(world, ONCE)

    assert (before, gone, back, offered(world, "help")) == (1, None, 1, 2)


def test_a_queue_that_definitions_name_is_told_before_its_first_contact(world: World) -> None:
    world.definitions = definitions(CONFIGURED)
    values(world)
    world.board.counting = True
    pass_time(world, 10 * ONCE)
    idle = {
        channel: value(world, OFFERED, tenant="demo", queue="vip", channel=channel)
        for channel in ("voice", "chat", "email")
    }
    world.floor.put(answered(world.now - 9000, 2, queue="vip"))
    pass_time(world, 1000)

    assert idle == {"voice": 0, "chat": 0, "email": None}
    assert offered(world, "vip") == 1


def test_a_configured_queue_without_contacts_has_no_service_level_and_nobody_waits(
    world: World,
) -> None:
    world.definitions = definitions(CONFIGURED)
    labels = {"tenant": "demo", "queue": "vip", "channel": "chat"}
    level = value(world, "contactcenter_service_level_ratio", window="15m", **labels)

    assert level is not None
    assert isnan(level)
    assert value(world, "contactcenter_contacts_waiting", **labels) == 0


def test_lag_and_the_instant_of_the_last_news_are_told_by_partition(world: World) -> None:
    offset = world.board.positions[0].next_offset
    world.log.view = LogView(
        None, {number: LogRange(0, offset + 7 * number) for number in range(3)}
    )
    pipeline = Client(world.app, LEADER).get("/v1/pipeline").json()["partitions"]

    lags = [
        value(world, "floorpulse_pipeline_lag_records", partition=str(number))
        for number in range(3)
    ]
    assert lags == [one["lag"] for one in pipeline] == [0, 7, 14]
    counted = value(world, "floorpulse_pipeline_counted_timestamp_seconds", partition="0")
    assert counted == NOW / 1000
    assert value(world, "floorpulse_pipeline_stale", partition="0") == 0
    world.now += 60_000
    assert value(world, "floorpulse_pipeline_stale", partition="0") == 1
    assert value(world, "floorpulse_pipeline_counted_timestamp_seconds", partition="0") == counted


@pytest.mark.parametrize("part", ["log", "floor"])
def test_without_kafka_or_the_database_the_lag_is_undefined_and_the_rest_is_told(
    world: World, part: str
) -> None:
    getattr(world, part).away = True
    lag = value(world, "floorpulse_pipeline_lag_records", partition="0")
    waits = value(
        world, "contactcenter_contacts_waiting", tenant="demo", queue="sales", channel="voice"
    )

    assert lag is not None
    assert isnan(lag)
    assert waits == 1
    assert value(world, "floorpulse_pipeline_stale", partition="0") == 0
    assert (
        value(world, "floorpulse_api_lookups_unanswered_total", lookup=PIPELINE, reason="away") == 1
    )


def test_before_the_board_is_loaded_the_page_tells_of_the_process_alone(world: World) -> None:
    world.loaded = False
    told = {name for name, _ in values(world)}

    assert "floorpulse_api_streams" in told
    assert not any(name.startswith("contactcenter_") for name in told)


async def test_what_is_folded_is_folded_in_every_family(world: World) -> None:
    world.definitions = definitions(CONFIGURED)
    live = world.query.of(LiveFigures)
    bound = SERIES_PER_TENANT + 2 * SERIES_PER_QUEUE
    samples = Samples()
    queues = Exposition(world.floors, bound)
    folds = queues.folds(NOW)
    queues.tell(samples, NOW, folds)
    await WholeFloors(live).tell(samples, folds, NOW)

    told = [
        (family.name, sample.labels)
        for family in text_string_to_metric_families(samples.text())
        for sample in family.samples
    ]
    shown = {labels["queue"] for _, labels in told if "queue" in labels}
    assert shown == {"sales", "__other__"}
    assert {name for name, labels in told if labels.get("queue") == "sales"} == {
        name for name, labels in told if labels.get("queue") == "__other__"
    }
    assert len([labels for _, labels in told if "tenant" in labels]) <= bound

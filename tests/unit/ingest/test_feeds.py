"""What ingest knows of a tenant's floor, and what it counts of its feeds."""

from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.tallies import Example, What
from floorpulse.counting.histograms import signed_bucket
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.ingest.app import RejectedEvent, WarnedEvent
from floorpulse.ingest.domain.warnings import EventWarning, KnownFloor, WarningCode
from floorpulse.ingest.feeds import TalliedFeeds
from floorpulse.ingest.metrics import FeedMetrics
from floorpulse.ingest.tallies import DelayKey, Tallies, Tally, TallyKey
from tests.fakes.definitions import definitions
from tests.unit.ingest.test_tallies import Store

NOW = 1_794_360_600_000
HOUR = 3_600_000
DEFINED = """
tenant: shop
about: [{names: {en: Shop}, zone: Asia/Shanghai}]
queues: [{id: orders, names: {en: Orders}, channels: [voice]}]
sources: [{id: pbx, states_last: 3600}, {id: quiet, silence: 60}]
"""


def feeds_of(known: Definitions | None, zone: str = "UTC") -> tuple[TalliedFeeds, Tallies]:
    tallies = Tallies(lambda: NOW)
    metrics = FeedMetrics(CollectorRegistry())
    return TalliedFeeds(lambda: known, tallies, ZoneInfo(zone), metrics, lambda: NOW), tallies


@pytest.mark.parametrize(
    ("tenant", "zone", "offset", "queues"),
    [
        ("shop", "UTC", 8 * HOUR, {"orders"}),
        ("other", "UTC", 0, set()),
        ("other", "America/New_York", -5 * HOUR, set()),
    ],
)
def test_a_floor_is_known_by_its_definitions_and_else_by_the_zone_of_the_installation(
    tenant: str, zone: str, offset: int, queues: set[str]
) -> None:
    feeds, _ = feeds_of(definitions(DEFINED), zone)

    floor = feeds.floor(tenant)

    assert (floor.offset, set(floor.queues)) == (offset, queues)


def test_nothing_is_known_before_the_definitions_were_read() -> None:
    assert feeds_of(None, "Asia/Shanghai")[0].floor("shop") == KnownFloor()


def test_how_long_states_are_believed_is_said_by_the_source_that_is_in_force() -> None:
    known = definitions(DEFINED)

    def lasts(tenant: str, name: str, current: Definitions | None = known) -> int | None:
        return feeds_of(current)[0].floor(tenant).states_last.get(name)

    assert lasts("shop", "pbx") == 3_600_000
    assert [lasts("shop", "quiet"), lasts("shop", "crm"), lasts("rival", "pbx")] == [None] * 3
    assert lasts("shop", "pbx", None) is None


async def test_warnings_are_tallied_by_source_and_code_with_the_last_events_as_examples() -> None:
    feeds, tallies = feeds_of(definitions(DEFINED))
    shown = [Example(name, "c1", NOW, "contact.ended") for name in "abcd"]
    for index, one in enumerate(shown):
        warning = EventWarning(WarningCode.FUTURE, "ahead")
        feeds.warned("shop", WarnedEvent(index, "pbx", warning, one))
    store = Store()

    await tallies.write(store)

    assert store.written == [
        {TallyKey("shop", "pbx", What.WARNED, "future"): Tally(4, NOW, NOW, tuple(shown[:0:-1]))}
    ]


@pytest.mark.parametrize(
    ("text", "source", "contact"),
    [
        (b'{"source": "pbx", "contact": "c1", "id": "7"}', "pbx", "c1"),
        (b'{"source": "p\\u0000bx"}', "pbx", ""),
        (b'{"source": 7}', "", ""),
        (b"no JSON", "", ""),
    ],
)
async def test_refusals_are_tallied_by_the_source_that_the_text_names(
    text: bytes, source: str, contact: str
) -> None:
    feeds, tallies = feeds_of(definitions(DEFINED))
    refusal = Refusal(Reason.MISSING_FIELD, "no `at`\0")
    feeds.refused("shop", RejectedEvent(0, None, refusal, text))
    store = Store()

    await tallies.write(store)

    told = Example(contact=contact, told="no `at`")
    assert store.written == [
        {TallyKey("shop", source, What.REFUSED, "missing_field"): Tally(1, NOW, NOW, (told,))}
    ]


async def test_delays_are_counted_by_five_minutes_of_arrivals_and_history_is_left_out() -> None:
    feeds, tallies = feeds_of(definitions(DEFINED))
    feeds.heard("shop", {"pbx": NOW - 1_500, "old": NOW - 25 * HOUR, "ahead": NOW + 2 * HOUR}, NOW)
    feeds.heard("shop", {"pbx": NOW - 1_200}, NOW)
    store = Store()

    await tallies.write(store)

    slot = NOW - NOW % 300_000
    assert store.delays == {
        DelayKey("shop", "pbx", slot, signed_bucket(1_500)): 2,
        DelayKey("shop", "ahead", slot, signed_bucket(-2 * HOUR)): 1,
    }

"""What ingest knows of a tenant's floor, and what it counts of its feeds."""

from zoneinfo import ZoneInfo

import pytest

from floorpulse.contracts.tallies import What
from floorpulse.definitions.domain.in_force import Definitions
from floorpulse.ingest.app import WarnedEvent
from floorpulse.ingest.domain.warnings import EventWarning, KnownFloor, WarningCode
from floorpulse.ingest.feeds import TalliedFeeds
from floorpulse.ingest.tallies import Tallies, Tally, TallyKey
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
    return TalliedFeeds(lambda: known, tallies, ZoneInfo(zone), lambda: NOW), tallies


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


async def test_warnings_are_tallied_by_source_and_code_with_the_last_event_as_example() -> None:
    feeds, tallies = feeds_of(definitions(DEFINED))
    for index, name in enumerate(("a", "b")):
        warning = EventWarning(WarningCode.FUTURE, "ahead")
        feeds.warned("shop", WarnedEvent(index, name, "pbx", warning))
    store = Store()

    await tallies.write(store)

    assert store.written == [
        {TallyKey("shop", "pbx", What.WARNED, "future"): Tally(2, NOW, NOW, "b")}
    ]

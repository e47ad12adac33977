"""Rotas from iCal feeds: the last good one holds, whatever happens to the next."""

from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.alerts.bridges.ical_feeds import EVERY, FeedAway, FeedClock, IcalFeeds
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from tests.fakes.definitions import definitions

AT = 1_794_360_600_000  # 2026-11-11T01:30:00Z, 09:30 in Shanghai
HOUR = 3_600_000
ROTA = """
tenant: demo
about: [{names: {en: Demo}, zone: Asia/Shanghai, escalation: ladder}]
receivers:
  - {id: zhang, names: {en: Zhang Wei, zh: 张伟}, screen: true}
escalations:
  - {id: ladder, steps: [{targets: [{rota: leads}]}]}
rotas:
  - {id: leads, names: {en: Leads}, starts: 2026-01-01, ical: "https://cal.example.org/leads.ics"}
"""


def feed(summary: str, start: str = "20261111T090000") -> bytes:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:1",
        "DTSTAMP:20260101T000000Z", f"DTSTART:{start}", "DURATION:PT8H", f"SUMMARY:{summary}",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


class Scene:
    """Feeds whose host and clock a test sets."""

    def __init__(self, known: Definitions) -> None:
        self.known = known
        self.text: bytes | None = feed("zhang")
        self.asked: list[str] = []
        self.at = AT
        self.metrics = BridgeMetrics(CollectorRegistry())
        clock = FeedClock(lambda: self.at, ZoneInfo("UTC"))
        self.feeds = IcalFeeds(lambda: self.known, self.fetch, self.metrics, clock)

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if self.text is None:
            message = "no connection"
            raise FeedAway(message)
        return self.text

    @property
    def read_at(self) -> float:
        return float(self.metrics.feed_at.labels("demo", "leads")._value.get())


@pytest.fixture(scope="module")
def known() -> Definitions:
    return definitions(ROTA)


@pytest.fixture
def scene(known: Definitions) -> Scene:
    return Scene(known)


SHIFT = Span(AT - HOUR // 2, AT + 15 * HOUR // 2, "zhang")


async def test_the_shifts_of_a_feed_are_read_in_the_zone_of_the_tenant(scene: Scene) -> None:
    await scene.feeds.refresh()

    assert scene.asked == ["https://cal.example.org/leads.ics"]
    assert scene.feeds.of("demo") == {"leads": [SHIFT]}
    assert scene.feeds.of("other") == {}
    assert scene.read_at == AT / 1000


@pytest.mark.parametrize("summary", ["zhang", "ZHANG WEI", "张伟"])
async def test_a_summary_is_a_receivers_id_or_any_of_its_names(scene: Scene, summary: str) -> None:
    scene.text = feed(summary)
    await scene.feeds.refresh()

    assert scene.feeds.of("demo") == {"leads": [SHIFT]}


async def test_a_summary_that_names_nobody_is_nobodys_shift(scene: Scene) -> None:
    scene.text = feed("Team lunch")
    await scene.feeds.refresh()

    assert scene.feeds.of("demo") == {"leads": []}


async def test_a_feed_is_fetched_every_five_minutes(scene: Scene) -> None:
    await scene.feeds.refresh()
    scene.at += EVERY - 1
    await scene.feeds.refresh()
    assert len(scene.asked) == 1
    scene.at += 1
    await scene.feeds.refresh()
    assert len(scene.asked) == 2


@pytest.mark.parametrize("next_text", [None, b"<html>", feed("zhang").replace(b"DTSTART:", b"X:")])
async def test_the_last_good_feed_holds(scene: Scene, next_text: bytes | None) -> None:
    await scene.feeds.refresh()
    scene.text = next_text
    scene.at += EVERY
    await scene.feeds.refresh()

    assert scene.feeds.of("demo") == {"leads": [SHIFT]}
    assert scene.read_at == AT / 1000


async def test_shifts_ahead_come_into_sight_although_the_host_is_away(scene: Scene) -> None:
    scene.text = feed("zhang", "20261225T090000")
    await scene.feeds.refresh()
    assert scene.feeds.of("demo") == {"leads": []}
    scene.text = None
    scene.at += 20 * 24 * HOUR
    await scene.feeds.refresh()

    assert len(scene.feeds.of("demo")["leads"]) == 1


async def test_a_feed_that_was_never_good_is_nobodys(scene: Scene) -> None:
    scene.text = None
    await scene.feeds.refresh()

    assert scene.feeds.of("demo") == {"leads": []}


async def test_a_rota_that_went_is_not_fetched(scene: Scene) -> None:
    await scene.feeds.refresh()
    scene.known = NOTHING
    scene.at += EVERY
    await scene.feeds.refresh()

    assert len(scene.asked) == 1
    assert scene.feeds.of("demo") == {}

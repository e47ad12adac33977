"""The push to Alertmanager: when it posts, and what it does where nobody takes it."""

from dataclasses import replace

from prometheus_client import CollectorRegistry

from floorpulse.alerts.bridges.alertmanager import (
    BATCH,
    EVERY,
    FIRST_PAUSE,
    AlertmanagerPush,
    Clocks,
)
from floorpulse.alerts.domain.alertmanager_out import REPEATED
from floorpulse.alerts.metrics import BridgeMetrics
from tests.fakes.alertmanager import MemoryAlertmanager, MemoryIncidents
from tests.fakes.incidents import incident


class Rig:
    """A push whose two clocks a test sets."""

    def __init__(self, *ids: str) -> None:
        self.incidents = MemoryIncidents(*map(incident, ids))
        self.far = MemoryAlertmanager()
        self.elapsed = 0.0
        self.metrics = BridgeMetrics(CollectorRegistry())
        clocks = Clocks(lambda: 1_794_360_600_000 + round(self.elapsed * 1000), self._monotonic)
        self.push = AlertmanagerPush(self.incidents, self.far, self.metrics, clocks)

    async def after(self, seconds: float) -> list[list[str]]:
        """The posts of a look so many seconds later."""
        self.elapsed += seconds
        self.far.posts.clear()
        await self.push.step()
        return list(self.far.posts)

    def pushes(self, outcome: str) -> float:
        return float(self.metrics.pushes.labels(outcome)._value.get())

    def _monotonic(self) -> float:
        return self.elapsed


async def test_all_are_posted_at_once_and_again_each_minute() -> None:
    rig = Rig("i1", "i2")

    assert await rig.after(0) == [["i1", "i2"]]
    assert await rig.after(EVERY - 1) == []
    assert await rig.after(1) == [["i1", "i2"]]


async def test_a_change_is_posted_at_once() -> None:
    rig = Rig("i1")
    await rig.after(0)
    rig.incidents.incidents.append(incident("i2"))

    assert await rig.after(1) == [["i1", "i2"]]


async def test_a_resolved_one_is_posted_for_five_minutes() -> None:
    rig = Rig("i1")
    await rig.after(0)
    rig.incidents.incidents = [incident("i1", resolved_at=1_794_360_600_000)]

    posts = [await rig.after(EVERY) for _ in range(6)]

    assert posts == [[["i1"]]] * (REPEATED // 60_000) + [[]]


async def test_an_alertmanager_that_is_away_is_asked_after_a_pause_that_doubles() -> None:
    rig = Rig("i1")
    rig.far.away = True
    await rig.after(0)
    await rig.after(FIRST_PAUSE / 2)
    assert rig.pushes("away") == 1
    await rig.after(FIRST_PAUSE / 2)
    assert rig.pushes("away") == 2
    rig.far.away = False

    assert await rig.after(FIRST_PAUSE) == []
    assert await rig.after(FIRST_PAUSE) == [["i1"]]


async def test_a_store_that_is_away_costs_a_pause_too() -> None:
    rig = Rig("i1")
    rig.incidents.away = True
    await rig.after(0)
    rig.incidents.away = False

    assert await rig.after(FIRST_PAUSE / 2) == []
    assert await rig.after(FIRST_PAUSE / 2) == [["i1"]]


async def test_a_refused_one_keeps_no_other_from_being_posted() -> None:
    rig = Rig("i1", "bad", "i2")
    rig.far.bad = {"bad"}

    assert await rig.after(0) == [["i1"], ["i2"]]
    assert await rig.after(EVERY) == [["i1", "i2"]]
    assert rig.pushes("refused") == 2


async def test_one_that_is_taken_after_all_joins_the_others_again() -> None:
    rig = Rig("i1", "bad")
    rig.far.bad = {"bad"}
    await rig.after(0)
    rig.far.bad = set()

    assert await rig.after(EVERY) == [["i1"], ["bad"]]
    assert await rig.after(EVERY) == [["i1", "bad"]]


async def test_a_storm_goes_out_in_batches() -> None:
    rig = Rig(*(f"i{number}" for number in range(BATCH + 1)))

    assert [len(post) for post in await rig.after(0)] == [BATCH, 1]


async def test_nothing_open_is_nothing_posted() -> None:
    rig = Rig()

    assert await rig.after(0) == []
    assert rig.metrics.pushed_at._value.get() > 0


async def test_a_new_figure_is_a_change() -> None:
    rig = Rig("i1")
    await rig.after(0)
    rig.incidents.incidents = [replace(incident("i1"), revision=1)]

    assert await rig.after(1) == [["i1"]]

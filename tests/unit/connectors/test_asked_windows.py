"""Questions about windows of time: nothing between them is missed, a position is a finished one."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from floorpulse.connectors.asked_windows import AskedWindows, Rhythm
from floorpulse.connectors.road import Arrivals, ConnectionLostError, Position, RoadClosedError

RHYTHM = Rhythm(past=1_000, longest=400, overlap=50, every=0)


class Platform:
    """Answers with the window that it is asked for; `fails` says at which question it does not."""

    def __init__(self, fails: int | None = None) -> None:
        self.asked: list[tuple[int, int]] = []
        self._fails = fails

    async def ask(self, since: int, until: int) -> AsyncGenerator[bytes, None]:
        self.asked.append((since, until))
        yield b"%d" % since
        if len(self.asked) == self._fails:
            message = "gone"
            raise ConnectionLostError(message)
        yield b"%d" % until


async def arrived(
    platform: Platform, since: Position | None, most: int, now: int = 10_000
) -> list[Arrivals]:
    windows = AskedWindows(platform.ask, RHYTHM, now=lambda: now)
    known: list[Arrivals] = []
    async with aclosing(windows.arrivals(since)) as arrivals:
        async for one in arrivals:
            known.append(one)
            if len(known) == most:
                break
    return known


async def test_windows_overlap_and_the_last_one_ends_now() -> None:
    platform = Platform()

    known = await arrived(platform, {"until": 9_200}, 9)
    assert platform.asked == [(9_150, 9_600), (9_550, 10_000), (9_950, 10_000)]
    positions = [one.position for one in known if one.position]
    assert positions == [{"until": 9_600}, {"until": 10_000}, {"until": 10_000}]


async def test_a_first_run_begins_in_the_past_that_its_rhythm_says() -> None:
    platform = Platform()

    await arrived(platform, None, 1)
    assert platform.asked == [(8_950, 9_400)]


async def test_a_window_that_was_told_in_part_gives_no_position() -> None:
    known: list[Arrivals] = []

    with pytest.raises(ConnectionLostError):
        await gather(Platform(fails=2), known)
    assert [one.position for one in known if one.position] == [{"until": 9_600}]


async def gather(platform: Platform, known: list[Arrivals]) -> None:
    windows = AskedWindows(platform.ask, RHYTHM, now=lambda: 10_000)
    async for one in windows.arrivals({"until": 9_200}):
        known.append(one)  # noqa: PERF401  what came before an error counts


async def test_a_position_of_something_else_is_refused() -> None:
    with pytest.raises(RoadClosedError, match="the stored position is none of a pull"):
        await arrived(Platform(), {"offset": 7}, 1)

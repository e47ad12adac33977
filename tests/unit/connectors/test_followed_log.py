"""A log is followed as it grows, through its rotations, and from where the last run ended."""

import asyncio
import gzip
import os
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from floorpulse.connectors.followed_log import FollowedLog
from floorpulse.connectors.log_files import BLOCK, KNOWN
from floorpulse.connectors.road import Arrivals, Position, RoadClosedError
from tests.fakes.virtual_time import run

SILENCE = 2.0


class Follower:
    """Somebody who follows a log; `position` is that of the last lines they read."""

    def __init__(self, path: Path, since: Position | None = None) -> None:
        self._arrivals = FollowedLog(path).arrivals(since)
        self._coming: asyncio.Future[Arrivals] | None = None
        self.position = since
        self.places: list[int] = []
        self.heard: list[str] = []

    async def more(self) -> list[str]:
        """The lines that come until none come for a while."""
        lines: list[str] = []
        while True:
            coming = self._coming = self._coming or asyncio.ensure_future(anext(self._arrivals))
            done, _ = await asyncio.wait({coming}, timeout=SILENCE)
            if not done:
                return lines
            self._coming = None
            arrived = coming.result()
            if arrived.heard:
                self.heard += [record.content.decode() for record in arrived.records]
                continue
            self.position = arrived.position
            self.places += [record.place for record in arrived.records]
            lines += [record.content.decode() for record in arrived.records]

    async def stop(self) -> Position | None:
        """Stop, as a program that is told to."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)
        await self._arrivals.aclose()
        return self.position


async def read(path: Path, since: Position | None = None) -> tuple[list[str], Position | None]:
    """One run: what it reads, and where the next goes on."""
    follower = Follower(path, since)
    lines = await follower.more()
    return lines, await follower.stop()


def write(path: Path, *lines: str, end: str = "\n") -> None:
    with path.open("a") as file:
        file.write("\n".join(lines) + end)


def aged(path: Path, seconds: int) -> None:
    """Make a file older."""
    os.utime(path, ns=(10**18 - seconds * 10**9,) * 2)


Story = Callable[[Path], Coroutine[object, object, None]]


def on(story: Story, path: Path) -> None:
    run(story(path))


async def grows(path: Path) -> None:
    write(path, "a", "b")
    follower = Follower(path)
    assert await follower.more() == ["a", "b"]
    write(path, "c")
    assert await follower.more() == ["c"]
    write(path, "half", end="")
    assert await follower.more() == [], "a line is whole once its end is written"
    write(path, " a line", end="\n\n")
    assert await follower.more() == ["half a line"]
    assert follower.places == [1, 2, 3, 4]
    await follower.stop()


async def is_not_there_yet(path: Path) -> None:
    follower = Follower(path)
    with capture_logs() as said:
        assert await follower.more() == []
    assert [one["event"] for one in said] == ["log_absent"]
    write(path, "a")
    assert await follower.more() == ["a"]
    await follower.stop()


async def is_renamed(path: Path) -> None:
    write(path, "a")
    follower = Follower(path)
    assert await follower.more() == ["a"]
    old = path.rename(path.with_name("queue_log.1"))
    write(old, "b")
    assert await follower.more() == ["b"], "the writer has not opened the new one yet"
    path.touch()
    write(old, "c")
    assert await follower.more() == ["c"]
    write(old, "the last, cut off", end="")
    write(path, "d")
    assert await follower.more() == ["the last, cut off", "d"]
    await follower.stop()


async def is_copied_and_cut(path: Path) -> None:
    write(path, "a", "b")
    follower = Follower(path)
    assert await follower.more() == ["a", "b"]
    write(path, "c, in the last moment")
    shutil.copy(path, path.with_name("queue_log.1"))
    os.truncate(path, 0)
    assert await follower.more() == ["c, in the last moment"]
    write(path, "d, and much more than there was before")
    assert await follower.more() == ["d, and much more than there was before"]
    await follower.stop()


async def is_cut_without_a_copy(path: Path) -> None:
    write(path, "a", "b")
    follower = Follower(path)
    assert await follower.more() == ["a", "b"]
    os.truncate(path, 0)
    write(path, "c is longer than both were together")
    assert await follower.more() == ["c is longer than both were together"]
    await follower.stop()


async def is_removed_and_written_anew(path: Path) -> None:
    write(path, "a", "b")
    follower = Follower(path)
    assert await follower.more() == ["a", "b"]
    path.unlink()
    assert await follower.more() == []
    write(path, "c")
    assert await follower.more() == ["c"]
    await follower.stop()


@pytest.mark.parametrize(
    "story",
    [
        grows,
        is_not_there_yet,
        is_renamed,
        is_copied_and_cut,
        is_cut_without_a_copy,
        is_removed_and_written_anew,
    ],
)
def test_a_log_is_followed_when_it(story: Story, tmp_path: Path) -> None:
    on(story, tmp_path / "queue_log")


async def goes_on(path: Path) -> None:
    write(path, "a", "b")
    _, position = await read(path)
    write(path, "c")
    assert (await read(path, position))[0] == ["c"]


async def after_a_rotation(path: Path) -> None:
    write(path, "a", "b")
    _, position = await read(path)
    write(path, "c")
    path.rename(path.with_name("queue_log-20261128"))
    write(path, "d")
    assert (await read(path, position))[0] == ["c", "d"]


async def after_three_rotations(path: Path) -> None:
    write(path, "a")
    _, position = await read(path)
    write(path, "b")
    for number, age in ((3, 30), (2, 20), (1, 10)):
        rotated = path.rename(path.with_name(f"queue_log.{number}"))
        aged(rotated, age)
        write(path, f"in {number - 1}")
    older = path.with_name("queue_log.4")
    write(older, "from before")
    aged(older, 40)
    assert (await read(path, position))[0] == ["b", "in 2", "in 1", "in 0"]


async def after_a_copy_was_made(path: Path) -> None:
    write(path, "a")
    _, position = await read(path)
    write(path, "b")
    shutil.copy(path, path.with_name("queue_log.1"))
    os.truncate(path, 0)
    write(path, "c, which is longer than all before it")
    lines, position = await read(path, position)
    assert lines == ["b", "c, which is longer than all before it"]
    assert (await read(path, position))[0] == []


async def after_its_file_was_compressed(path: Path) -> None:
    write(path, "a")
    _, position = await read(path)
    packed = path.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    write(path, "b")
    with capture_logs() as said:
        assert (await read(path, position))[0] == ["b"]
    assert [one["event"] for one in said] == ["position_lost"]


async def understanding_what_was_read_before(path: Path) -> None:
    write(path, "a", "b")
    _, position = await read(path)
    write(path, "c")
    follower = Follower(path, position)
    assert await follower.more() == ["c"]
    assert follower.heard == ["a", "b"]
    await follower.stop()


async def pulled_from_another_machine(path: Path) -> None:
    """rsync puts a new file in the old one's place, with all that was there and more
    (roramirez/qpanel issue 249).
    """
    write(path, "a", "b")
    write(path, "c, and h", end="")
    follower = Follower(path)
    assert await follower.more() == ["a", "b"]
    pulled = path.with_name(".queue_log.x")
    write(pulled, "a", "b", "c, and half", "d")
    pulled.rename(path)
    assert await follower.more() == ["c, and half", "d"]
    assert follower.places == [1, 2, 3, 4]
    write(path, "e")
    assert await follower.more() == ["e"]
    await follower.stop()


async def understanding_what_was_read_before_a_rotation(path: Path) -> None:
    old = "1795000000|1795000000.1|sales|NONE|ENTERQUEUE||100|1"
    new = "1795000005|1795000000.1|sales|NONE|ABANDON|1|1|5"
    write(path, old)
    _, position = await read(path)
    path.rename(path.with_suffix(".1"))
    write(path, new)
    lines, position = await read(path, position)
    assert lines == [new]
    follower = Follower(path, position)
    assert await follower.more() == []
    assert follower.heard == [old, new]
    await follower.stop()


async def understanding_the_end_of_what_was_long(path: Path) -> None:
    write(path, *(f"{number:<1000}" for number in range(KNOWN // 1000 + 100)))
    _, position = await read(path)
    follower = Follower(path, position)
    assert await follower.more() == []
    numbers = [int(line) for line in follower.heard]
    assert numbers == list(range(numbers[0], KNOWN // 1000 + 100))
    assert 0 < numbers[0] < 500
    await follower.stop()


def test_a_log_that_is_pulled_from_another_machine_is_read_on(tmp_path: Path) -> None:
    on(pulled_from_another_machine, tmp_path / "queue_log")


@pytest.mark.parametrize(
    "story",
    [
        understanding_what_was_read_before,
        understanding_what_was_read_before_a_rotation,
        understanding_the_end_of_what_was_long,
        goes_on,
        after_a_rotation,
        after_three_rotations,
        after_a_copy_was_made,
        after_its_file_was_compressed,
    ],
)
def test_a_new_run_goes_on_where_the_last_one_ended(story: Story, tmp_path: Path) -> None:
    on(story, tmp_path / "queue_log")


def test_a_position_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RoadClosedError, match="remove its file"):
        run(read(tmp_path / "queue_log", {"cursor": "x"}))


def test_a_log_that_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "queue_log").mkdir()

    with pytest.raises(RoadClosedError, match="queue_log"):
        run(read(tmp_path / "queue_log"))


def test_a_line_longer_than_a_block_does_not_stop_the_rest(tmp_path: Path) -> None:
    write(tmp_path / "queue_log", "x" * (BLOCK + 10), "after")

    lines, _ = run(read(tmp_path / "queue_log"))

    assert lines[-1] == "after"
    assert "".join(lines[:-1]) == "x" * (BLOCK + 10)


@given(steps=st.lists(st.sampled_from(["write", "half", "rename", "copy", "stop"]), max_size=25))
def test_whatever_happens_to_it_each_line_is_read_once_and_in_order(
    steps: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("log") / "queue_log"

    async def story() -> None:
        write(path, "first")
        follower = Follower(path)
        seen = await follower.more()
        for number, step in enumerate(steps):
            if step in ("write", "half"):
                write(path, f"{number} is a line", end="\n" if step == "write" else "")
                write(path, "" if step == "write" else " in two parts")
            elif step in ("rename", "copy") and path.exists():
                rotated = path.with_name(f"queue_log.{number}")
                (path.rename if step == "rename" else lambda to: shutil.copy(path, to))(rotated)
                aged(rotated, 1000 - number)
                if step == "copy":
                    os.truncate(path, 0)
            elif step == "stop":
                seen += await follower.more()
                follower = Follower(path, await follower.stop())
        seen += await follower.more()
        write(path, "the last")
        seen += await follower.more()
        await follower.stop()
        wanted = [n for n, step in enumerate(steps) if step in ("write", "half")]
        assert [line.split()[0] for line in seen[1:-1]] == [str(n) for n in wanted]

    run(story())

"""The supervisor, with real small programs."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from signal import SIGKILL

import pytest

from floorpulse.demo.supervisor import Backoff, Program, Supervisor, ending

AT_ONCE = Backoff(first=0.0, most=0.0)
WAITS = "import signal; print('up', flush=True); signal.pause()"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); "
    "signal.pause(); signal.pause()"
)
BOWS_OUT = (
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('bye'))); "
    "print('up', flush=True); signal.pause()"
)


class Seen:
    """Writes down what a supervisor tells; `until` waits for a moment in that story."""

    def __init__(self) -> None:
        self.pids: list[dict[str, list[int]]] = []
        self.endings: list[tuple[str, str, float]] = []
        self._news = asyncio.Event()

    def changed(self, pids: Mapping[str, list[int]]) -> None:
        self.pids.append(dict(pids))
        self._news.set()

    def ended(self, program: Program, how: str, again_in: float) -> None:
        self.endings.append((program.name, how, again_in))
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self._news.clear()
                await self._news.wait()


def script(
    folder: Path, text: str, name: str = "one", env: Mapping[str, str] | None = None
) -> Program:
    return Program(name, (sys.executable, "-c", text), env or {}, folder / f"{name}.log")


async def says_up(program: Program) -> None:
    async with asyncio.timeout(20):
        while not program.log.exists() or "up" not in program.log.read_text():  # noqa: ASYNC110  what a program says is no event
            await asyncio.sleep(0)


async def test_a_program_runs_with_its_own_environment_and_log(tmp_path: Path) -> None:
    supervisor = Supervisor(Seen())
    text = f"import os; print(sorted(os.environ), flush=True); {WAITS}"
    program = script(tmp_path, text, env={"GIVEN": "1", "LC_ALL": "C"})

    supervisor.keep(program)
    await says_up(program)
    await supervisor.stop()

    assert program.log.read_text().startswith("['GIVEN', 'LC_ALL']")


async def test_a_killed_program_is_started_again_under_a_new_pid(tmp_path: Path) -> None:
    seen = Seen()
    supervisor = Supervisor(seen, AT_ONCE)
    supervisor.keep(script(tmp_path, WAITS))
    await seen.until(lambda: bool(supervisor.pids()))
    first = supervisor.pids()["one"]

    os.kill(first[0], SIGKILL)
    await seen.until(lambda: bool(seen.endings) and bool(supervisor.pids()))
    second = supervisor.pids()["one"]
    await supervisor.stop()

    assert seen.endings == [("one", "was ended by SIGKILL", 0.0)]
    assert first != second
    assert seen.pids == [{"one": first}, {}, {"one": second}, {}]


async def test_copies_share_a_name(tmp_path: Path) -> None:
    seen = Seen()
    supervisor = Supervisor(seen)
    for _ in range(2):
        supervisor.keep(script(tmp_path, WAITS))

    await seen.until(lambda: len(supervisor.pids().get("one", [])) == 2)
    await supervisor.stop()

    assert supervisor.pids() == {}


async def test_only_the_named_programs_are_stopped(tmp_path: Path) -> None:
    seen = Seen()
    supervisor = Supervisor(seen)
    for name in ("one", "two"):
        supervisor.keep(script(tmp_path, WAITS, name))
    await seen.until(lambda: len(supervisor.pids()) == 2)

    await supervisor.stop(["one"])
    left = list(supervisor.pids())
    await supervisor.stop()

    assert left == ["two"]
    assert seen.endings == []


async def test_a_program_may_end_in_its_own_way(tmp_path: Path) -> None:
    supervisor = Supervisor(Seen())
    program = script(tmp_path, BOWS_OUT)
    supervisor.keep(program)
    await says_up(program)

    by_itself = await supervisor.stop(grace=20)

    assert by_itself
    assert program.log.read_text().split() == ["up", "bye"]


async def test_a_deaf_program_is_killed_when_its_grace_is_over(tmp_path: Path) -> None:
    supervisor = Supervisor(Seen())
    program = script(tmp_path, DEAF)
    supervisor.keep(program)
    await says_up(program)

    by_itself = await supervisor.stop(grace=0.05)

    assert not by_itself
    assert supervisor.pids() == {}


async def test_killing_overtakes_a_patient_stop(tmp_path: Path) -> None:
    supervisor = Supervisor(Seen())
    program = script(tmp_path, DEAF)
    supervisor.keep(program)
    await says_up(program)
    patient = asyncio.create_task(supervisor.stop(grace=3600))
    await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await supervisor.kill()
        await patient

    assert supervisor.pids() == {}


async def test_a_program_that_rests_between_two_lives_can_be_stopped(tmp_path: Path) -> None:
    seen = Seen()
    supervisor = Supervisor(seen, Backoff(first=3600))
    supervisor.keep(script(tmp_path, "import sys; sys.exit(7)"))
    await seen.until(lambda: bool(seen.endings))

    async with asyncio.timeout(20):
        await supervisor.stop()

    assert seen.endings == [("one", "ended with exit code 7", 3600)]


async def test_a_program_that_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    seen = Seen()
    supervisor = Supervisor(seen, AT_ONCE)
    supervisor.keep(Program("one", (sys.executable,), {}, tmp_path))  # a log that is a folder

    await seen.until(lambda: len(seen.endings) > 1)
    await supervisor.stop()

    assert seen.endings[0][1].startswith("could not be started: ")


@pytest.mark.parametrize(
    ("lived", "waited", "wait"),
    [
        (0.0, None, 0.2),
        (0.0, 0.2, 0.4),
        (29.9, 0.4, 0.8),
        (0.0, 3.2, 5.0),
        (0.0, 5.0, 5.0),
        (30.0, 5.0, 0.2),
        (99.0, None, 0.2),
    ],
)
def test_the_wait_grows_with_each_short_life_and_a_long_one_forgives(
    lived: float, waited: float | None, wait: float
) -> None:
    assert Backoff().after(lived, waited) == wait


def test_an_ending_is_told_in_words() -> None:
    assert [ending(code) for code in (0, 2, -15, -99)] == [
        "ended with exit code 0",
        "ended with exit code 2",
        "was ended by SIGTERM",
        "was ended by signal 99",
    ]

"""Another revision in the run: how it is found, and how the benchmark speaks with it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benchmarks.against import Against, Speaker
from tests.benchmarks.checkout import Checkout, NotBuiltError, checkout, this, with_its_own
from tests.benchmarks.pace_worker import part
from tests.benchmarks.trial import Failed

INSIDE = """
import json, sys
given = {
    "begin": {"command": ["engine"], "environment": {"GROUP": "bench-1"}},
    "ready": {"ready": True},
    "reached": {"reached": 20},
    "answer": {"answer": [["acme", "sales", 60000, {"offered": 2}]]},
}
for line in sys.stdin:
    print(json.dumps(given[json.loads(line)["do"]]), flush=True)
"""


class Place:
    """The part of a rig that a run of another revision is told of."""

    group = "bench-1"


@contextmanager
def speaking(program: str, folder: Path) -> Iterator[Speaker]:
    log = folder / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        yield Speaker(process, log)
        process.kill()


async def test_the_revision_itself_says_how_its_engine_starts_and_what_it_counted(
    tmp_path: Path,
) -> None:
    other = Checkout("the base", tmp_path, tmp_path / "python")
    with speaking(INSIDE, tmp_path) as speaker:
        run = Against(speaker, other, Place(), tmp_path)  # type: ignore[arg-type]  # no servers

        assert run.command == ["engine"]
        assert run.environment["GROUP"] == "bench-1"
        assert run.environment["PYTHONPATH"] == str(tmp_path)
        assert await run.ready()
        assert await run.reached() == 20
        assert await run.answer() == {("acme", "sales", 60_000): {"offered": 2}}


def test_a_revision_that_ends_is_a_failed_run_with_its_last_words(tmp_path: Path) -> None:
    with (
        speaking(
            "import sys; sys.stdin.readline(); sys.exit('no such table')", tmp_path
        ) as speaker,
        pytest.raises(Failed, match="ended when asked to begin; it said last: no such table"),
    ):
        speaker.ask("begin")


def test_an_unknown_revision_is_refused_before_anything_is_built() -> None:
    with pytest.raises(NotBuiltError, match="no-such-revision"):
        checkout("no-such-revision")


def test_a_process_of_another_checkout_hears_nothing_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "ARGS=--runs")
    monkeypatch.setenv("PYTHONPATH", "/here")

    heard = with_its_own(Checkout("the base", Path("/there"), Path("/python")).environment)

    assert heard["PYTHONPATH"] == "/there"
    assert "MAKEFLAGS" not in heard


def test_what_was_renamed_is_found_by_its_newest_name() -> None:
    assert part("kpi_engine.app:Batch", "kpi_engine.app:RecordBatch").__name__ == "RecordBatch"
    with pytest.raises(ImportError, match="this revision has none of"):
        part("kpi_engine.app:Batch")


def test_this_checkout_is_measured_by_the_interpreter_that_runs_it() -> None:
    assert this().python == Path(sys.executable)
    assert (this().folder / "tests" / "benchmarks").is_dir()

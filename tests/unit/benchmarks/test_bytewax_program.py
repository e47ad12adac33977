"""How far Bytewax is, as the benchmark reads it from its recovery store."""

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.benchmarks.bytewax_program import Bytewax

TABLES = """
    CREATE TABLE exs (ex_num INTEGER, worker_count INTEGER, resume_epoch INTEGER);
    CREATE TABLE fronts (ex_num INTEGER, worker_index INTEGER, worker_frontier INTEGER);
    CREATE TABLE snaps (step_id TEXT, state_key TEXT, snap_epoch INTEGER, ser_change BLOB);
"""
SNAPSHOTS = [
    ("bench.events", "0-contact-events", 3, 100),
    ("bench.events", "0-contact-events", 4, 250),
    ("bench.events", "0-contact-events", 5, 900),
    ("bench.events", "1-contact-events", 4, -2),
    ("bench.visits.stateful", "acme|1", 4, 7_000),
]


class Place:
    """The part of a rig that the program is told of."""

    partitions = 2
    group = "bench-1"
    database = "nowhere"

    class server:  # noqa: N801  as the rig calls it
        bootstrap = "nowhere"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    (tmp_path / "recovery").mkdir()
    with closing(sqlite3.connect(tmp_path / "recovery" / "part-0.sqlite3")) as database:
        database.executescript(TABLES)
        database.executemany("INSERT INTO exs VALUES (?, 1, ?)", [(0, 1), (1, 2)])
        database.executemany("INSERT INTO fronts VALUES (?, 0, ?)", [(0, 9), (1, 5)])
        rows = [(*place, pickle.dumps(offset)) for *place, offset in SNAPSHOTS]
        database.executemany("INSERT INTO snaps VALUES (?, ?, ?, ?)", rows)
        database.commit()
    return tmp_path


async def test_it_has_done_what_it_would_go_on_behind(stored: Path) -> None:
    program = Bytewax(Place(), stored)  # type: ignore[arg-type]  # no servers

    assert await program.ready()
    assert await program.reached() == 250


async def test_before_its_first_snapshot_it_is_not_ready(tmp_path: Path) -> None:
    program = Bytewax(Place(), tmp_path)  # type: ignore[arg-type]  # no servers

    assert not await program.ready()
    assert await program.reached() == 0

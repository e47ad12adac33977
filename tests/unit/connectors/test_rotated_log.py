"""What lies before a rotated queue_log is found beside it, whatever the rotation calls it."""

import bz2
import gzip
from pathlib import Path

import pytest

from floorpulse.connectors.rotated_log import KNOWN, lines_before


def line(second: int, call: str = "1795000000.1", word: str = "ENTERQUEUE||100|1") -> bytes:
    return b"%d|%b|sales|NONE|%b" % (1_795_000_000 + second, call.encode(), word.encode())


def log(path: Path, *seconds: int) -> Path:
    path.write_bytes(b"".join(line(second) + b"\n" for second in seconds))
    return path


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("queue_log.1", "queue_log"),
        ("queue_log.2", "queue_log.1"),
        ("queue_log.0", "queue_log.1"),
        ("queue_log-20261128", "queue_log-20261129"),
        ("queue_log-2026-11-28", "queue_log"),
        ("queue_log.1795000000", "queue_log.1795000020"),
    ],
)
def test_the_file_before_is_the_one_that_began_before(
    tmp_path: Path, older: str, newer: str
) -> None:
    """logrotate numbers and dates them; Asterisk's own `rotatestrategy` counts either way, or puts
    an epoch second (logger.conf.sample of Asterisk 22).
    """
    log(tmp_path / "queue_log.9", -90, -80)
    log(tmp_path / older, 0, 10)

    assert lines_before(log(tmp_path / newer, 20, 30)) == [line(0), line(10)]


def test_packed_files_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "queue_log.3.bz2").write_bytes(bz2.compress(line(-9) + b"\n"))
    (tmp_path / "queue_log.2.gz").write_bytes(gzip.compress(line(0) + b"\n"))
    newer = tmp_path / "queue_log.1.gz"
    newer.write_bytes(gzip.compress(line(20) + b"\n"))

    assert lines_before(newer) == [line(0)]


def test_a_packed_file_that_is_damaged_is_passed_over(tmp_path: Path) -> None:
    log(tmp_path / "queue_log.2", 0)
    (tmp_path / "queue_log.1.gz").write_bytes(b"\x1f\x8bdamaged")

    assert lines_before(log(tmp_path / "queue_log", 20)) == [line(0)]


def test_other_logs_and_copies_are_not_what_lies_before(tmp_path: Path) -> None:
    log(tmp_path / "queue_log_b", 0)
    log(tmp_path / "queue_log.1", 20)
    (tmp_path / "queue_log.2").mkdir()
    (tmp_path / "queue_log.3").write_text("no log\n")

    assert lines_before(log(tmp_path / "queue_log", 20, 30)) == []


def test_what_overlaps_is_left_out(tmp_path: Path) -> None:
    log(tmp_path / "queue_log.1", 0, 20, 21)

    assert lines_before(log(tmp_path / "queue_log", 20, 30)) == [line(0), line(20)]


def test_a_file_that_is_no_log_of_that_kind_has_none(tmp_path: Path) -> None:
    log(tmp_path / "queue_log.1", 0)
    table = tmp_path / "queue_log"
    table.write_text("time,callid,queuename,agent,event\n")

    assert lines_before(table) == []
    assert lines_before(tmp_path / "queue_log.absent") == []


def test_of_a_long_file_the_end_is_read(tmp_path: Path) -> None:
    long = line(0, "c" * 100)
    with (tmp_path / "queue_log.1").open("wb") as file:
        file.writelines(long + b"\n" for _ in range(KNOWN // len(long) + 9_000))

    lines = lines_before(log(tmp_path / "queue_log", 20))

    assert KNOWN - len(long) <= sum(len(one) + 1 for one in lines) < KNOWN + 1_000_000
    assert set(lines) == {long}

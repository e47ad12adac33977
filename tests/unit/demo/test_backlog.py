"""What was accepted and is not durable yet."""

from floorpulse.demo.domain.backlog import Reached, backlog

LOG = "log"


def test_nothing_is_left_when_every_end_is_reached() -> None:
    assert backlog({0: (0, 5), 1: (2, 2)}, [Reached(0, LOG, 5)], LOG) == 0


def test_records_beyond_the_durable_offset_are_left() -> None:
    assert backlog({0: (0, 5), 1: (0, 7)}, [Reached(0, LOG, 3), Reached(1, LOG, 7)], LOG) == 2


def test_of_a_partition_that_nobody_took_up_everything_is_left() -> None:
    assert backlog({0: (2, 5)}, [], LOG) == 3


def test_offsets_of_another_log_mean_nothing() -> None:
    assert backlog({0: (0, 5)}, [Reached(0, "an earlier log", 900)], LOG) == 5


def test_an_end_that_was_asked_before_the_offset_counts_as_reached() -> None:
    assert backlog({0: (0, 5)}, [Reached(0, LOG, 6)], LOG) == 0

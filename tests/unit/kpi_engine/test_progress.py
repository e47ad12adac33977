"""Progress is the only sign of life."""

from floorpulse.kpi_engine.worker.progress import WorkerProgress


def test_a_partition_that_does_not_move_while_records_wait_is_stalled_since_its_last_move() -> None:
    progress = WorkerProgress()
    assert progress.stalled({0: 5}, {0: 9}, now=10.0) == 0
    assert progress.stalled({0: 7}, {0: 9}, now=20.0) == 0
    assert progress.stalled({0: 7}, {0: 9}, now=50.0) == 30


def test_having_nothing_to_read_is_life() -> None:
    progress = WorkerProgress()
    progress.stalled({0: 9}, {0: 9}, now=10.0)
    assert progress.stalled({0: 9}, {0: 9}, now=99.0) == 0
    assert progress.stalled({0: 9}, {0: 12}, now=100.0) == 1


def test_one_stuck_partition_among_moving_ones_shows() -> None:
    progress = WorkerProgress()
    progress.stalled({0: 1, 1: 1}, {0: 9, 1: 9}, now=0.0)

    assert progress.stalled({0: 2, 1: 1}, {0: 9, 1: 9}, now=8.0) == 8


def test_a_partition_that_was_given_up_and_taken_again_begins_anew() -> None:
    progress = WorkerProgress()
    progress.stalled({0: 1}, {0: 9}, now=0.0)
    progress.stalled({}, {}, now=5.0)

    assert progress.stalled({0: 1}, {0: 9}, now=20.0) == 0


def test_a_worker_without_partitions_is_not_stalled() -> None:
    assert WorkerProgress().stalled({}, {}, now=5.0) == 0

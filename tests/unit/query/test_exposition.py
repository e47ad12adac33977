"""The metrics page: valid, exact, never falling, bounded."""

from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.board.domain.board import Board, Rules
from services.contracts.agents import Entered
from services.contracts.cells import Cell
from services.contracts.updates import PaneRow, revision
from services.definitions.domain.in_force import NOTHING
from services.query.domain.exposition import SERIES_PER_QUEUE, Exposition
from tests.fakes.floor import MemoryFloor, abandoned, answered, left, waiting

NOW = 1_794_398_840_000
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def board_of(floor: MemoryFloor) -> Board:
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    board.counting = True
    for update in floor.updates(NOW):
        board.take(update, NOW)
    return board


def parsed(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(samples: Samples, name: str, **labels: str) -> float:
    wanted = {"tenant": "demo", "queue": "sales", "channel": "voice"} | labels
    return samples[name, frozenset(wanted.items())]


@pytest.fixture
def floor() -> MemoryFloor:
    floor = MemoryFloor(watermark=NOW - 15_000)
    floor.put(*(answered(NOW - 60_000 - wait * 1000, wait, 100) for wait in (3, 8, 20, 50)))
    floor.put(abandoned(NOW - 60_000, 2), abandoned(NOW - 90_000, 30), left(NOW - 50_000, 4), waiting(NOW - 12_500))
    return floor


def test_counters_and_gauges_tell_the_floor(floor: MemoryFloor) -> None:
    samples = parsed(Exposition(board_of(floor), lambda: NOTHING, 10_000).text(NOW))

    assert sample(samples, "contactcenter_contacts_offered_total") == 8
    assert sample(samples, "contactcenter_contacts_answered_within_threshold_total") == 3
    assert sample(samples, "contactcenter_contacts_short_abandoned_total") == 1
    assert sample(samples, "contactcenter_contacts_left_total", reason="overflow") == 1
    assert sample(samples, "contactcenter_handle_seconds_total") == 400
    assert [sample(samples, "contactcenter_wait_seconds_bucket", le=bound) for bound in ("5", "10", "20", "45", "+Inf")] == [1, 2, 3, 3, 4]
    assert sample(samples, "contactcenter_wait_seconds_sum") == 81
    assert sample(samples, "contactcenter_service_level_ratio", window="15m") == 3 / 5
    assert sample(samples, "contactcenter_service_level_ratio_sample_size", window="15m") == 5
    assert sample(samples, "contactcenter_wait_quantile_seconds", window="5m", quantile="0.9") == 50
    assert sample(samples, "contactcenter_contacts_waiting") == 1
    assert sample(samples, "contactcenter_longest_wait_seconds") == 12.5
    assert sample(samples, "contactcenter_conservation_residual") == 0
    assert sample(samples, "contactcenter_kpi_state", state="low_volume") == 1
    assert samples["contactcenter_kpi_last_update_timestamp_seconds", frozenset()] == NOW / 1000


def test_the_undefined_is_not_a_number_and_never_0(floor: MemoryFloor) -> None:
    value = sample(parsed(Exposition(board_of(floor), lambda: NOTHING, 10_000).text(NOW)), "contactcenter_satisfaction_ratio", window="5m")

    assert value != value  # noqa: PLR0124  NaN


def test_a_counter_never_falls_though_a_correction_takes_back(floor: MemoryFloor) -> None:
    board = board_of(floor)
    page = Exposition(board, lambda: NOTHING, 10_000)
    before = sample(parsed(page.text(NOW)), "contactcenter_contacts_offered_total")
    row = next(row for row in floor.pane_rows(0) if Cell.OFFERED in row.cells)
    board.take_row(0, PaneRow(*row.key, revision(1, 99), {}))

    assert sample(parsed(page.text(NOW)), "contactcenter_contacts_offered_total") == before


def test_a_queue_has_as_many_series_as_the_guard_reckons_with(floor: MemoryFloor) -> None:
    samples = parsed(Exposition(board_of(floor), lambda: NOTHING, 10_000).text(NOW))
    of_the_queue = [name for name, labels in samples if ("queue", "sales") in labels]

    assert SERIES_PER_QUEUE - 4 <= len(of_the_queue) <= SERIES_PER_QUEUE


def test_too_many_queues_are_folded_into_one_that_keeps_their_sum() -> None:
    floor = MemoryFloor()
    floor.put(*(answered(NOW - 60_000, 5, queue=f"q{number}") for number in range(5)))
    samples = parsed(Exposition(board_of(floor), lambda: NOTHING, 2 * SERIES_PER_QUEUE).text(NOW))

    other = {"queue": "__other__", "channel": "__other__"}
    assert sample(samples, "contactcenter_contacts_offered_total", **other) == 3
    assert sample(samples, "contactcenter_service_level_ratio", window="5m", **other) == 1
    assert samples["floorpulse_metrics_folded_queues", frozenset()] == 3


def test_agents_stand_by_state_in_each_queue_they_serve_and_once_on_the_floor(floor: MemoryFloor) -> None:
    floor.enter("ann", Entered(NOW - 60_000, "available", ("help", "sales")))
    floor.enter("bob", Entered(NOW - 60_000, "busy", ("sales",)))
    floor.enter("cem", Entered(NOW - 60_000, "busy"))
    samples = parsed(Exposition(board_of(floor), lambda: NOTHING, 10_000).text(NOW))

    serving = {state: samples["contactcenter_agents", labelled(state, queue="sales")] for state in ("available", "busy", "break")}
    assert serving == {"available": 1, "busy": 1, "break": 0}
    assert samples["contactcenter_floor_agents", labelled("busy")] == 2
    assert not any("agent" in dict(labels) for _, labels in samples)


def labelled(state: str, **labels: str) -> frozenset[tuple[str, str]]:
    return frozenset({"tenant": "demo", "state": state, **labels}.items())


def test_names_with_quotes_and_line_breaks_do_not_break_the_page() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 60_000, 5, queue='a"b\\c\nd'))

    samples = parsed(Exposition(board_of(floor), lambda: NOTHING, 10_000).text(NOW))

    assert sample(samples, "contactcenter_contacts_offered_total", queue='a"b\\c\nd') == 1


def test_a_silent_floor_is_stale_and_an_empty_one_has_no_age() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 60_000, 5))
    board = board_of(floor)
    board.steady = lambda: NOW + 60_000
    stale = parsed(Exposition(board, lambda: NOTHING, 10_000).text(NOW + 60_000))
    empty = parsed(Exposition(Board(Rules(ZoneInfo("UTC")), lambda: NOW), lambda: NOTHING, 10_000).text(NOW))

    assert sample(stale, "contactcenter_kpi_state", state="stale") == 1
    age = empty["contactcenter_kpi_last_update_timestamp_seconds", frozenset()]
    assert age != age  # noqa: PLR0124  NaN

"""The metrics page: valid, exact, never falling, bounded."""

from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import PaneRow, revision
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.tenant_view import Floors
from floorpulse.query.prometheus.births import ONCE
from floorpulse.query.prometheus.exposition import SERIES_PER_QUEUE, SERIES_PER_TENANT, Exposition
from floorpulse.query.prometheus.folding import shares
from floorpulse.query.prometheus.samples import Samples
from tests.fakes.floor import MemoryFloor, abandoned, answered, left, waiting

NOW = 1_794_398_840_000
Parsed = dict[tuple[str, frozenset[tuple[str, str]]], float]


def board_of(floor: MemoryFloor) -> Board:
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    board.counting = True
    for update in floor.updates(NOW):
        board.take(update, NOW)
    return board


def exposition_of(board: Board, most_series: int) -> Exposition:
    return Exposition(Floors(board, lambda: NOW, lambda: NOTHING), most_series)


def parsed(text: str) -> Parsed:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(exposition: Exposition, now: int) -> str:
    samples = Samples()
    exposition.tell(samples, now, exposition.folds(now))
    return samples.text()


def page(exposition: Exposition, now: int) -> str:
    """As those are told who have been there for a while."""
    told(exposition, now - ONCE)
    return told(exposition, now)


def sample(samples: Parsed, name: str, **labels: str) -> float:
    wanted = {"tenant": "demo", "queue": "sales", "channel": "voice"} | labels
    return samples[name, frozenset(wanted.items())]


@pytest.fixture
def floor() -> MemoryFloor:
    floor = MemoryFloor(watermark=NOW - 15_000)
    floor.put(*(answered(NOW - 60_000 - wait * 1000, wait, 100) for wait in (3, 8, 20, 50)))
    floor.put(
        abandoned(NOW - 60_000, 2),
        abandoned(NOW - 90_000, 30),
        left(NOW - 50_000, 4),
        waiting(NOW - 12_500),
    )
    return floor


def test_counters_and_gauges_tell_the_floor(floor: MemoryFloor) -> None:
    samples = parsed(page(exposition_of(board_of(floor), 10_000), NOW))

    assert sample(samples, "contactcenter_contacts_offered_total") == 8
    assert sample(samples, "contactcenter_contacts_answered_within_threshold_total") == 3
    assert sample(samples, "contactcenter_contacts_short_abandoned_total") == 1
    assert sample(samples, "contactcenter_contacts_left_total", reason="overflow") == 1
    assert sample(samples, "contactcenter_handle_seconds_total") == 400
    assert [
        sample(samples, "contactcenter_wait_seconds_bucket", le=bound)
        for bound in ("5.0", "10.0", "20.0", "45.0", "+Inf")
    ] == [1, 2, 3, 3, 4]
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
    value = sample(
        parsed(page(exposition_of(board_of(floor), 10_000), NOW)),
        "contactcenter_satisfaction_ratio",
        window="today",
    )

    assert value != value  # noqa: PLR0124  NaN


def test_a_counter_never_falls_though_a_correction_takes_back(floor: MemoryFloor) -> None:
    board = board_of(floor)
    exposition = exposition_of(board, 10_000)
    before = sample(parsed(page(exposition, NOW)), "contactcenter_contacts_offered_total")
    row = next(row for row in floor.pane_rows(0) if Cell.OFFERED in row.cells)
    board.take_row(0, PaneRow(*row.key, revision(1, 99), {}))

    assert sample(parsed(page(exposition, NOW)), "contactcenter_contacts_offered_total") == before


def test_a_queue_has_as_many_series_as_the_guard_reckons_with(floor: MemoryFloor) -> None:
    samples = parsed(page(exposition_of(board_of(floor), 10_000), NOW))
    of_the_queue = [name for name, labels in samples if ("queue", "sales") in labels]

    assert SERIES_PER_QUEUE - 4 <= len(of_the_queue) <= SERIES_PER_QUEUE


def bound(places: int, tenants: int = 1) -> int:
    """As many series as so many queues have."""
    return tenants * SERIES_PER_TENANT + places * SERIES_PER_QUEUE


OTHER = {"queue": "__other__", "channel": "__other__"}


def test_too_many_queues_are_folded_into_one_that_keeps_their_sum() -> None:
    floor = MemoryFloor()
    floor.put(
        *(
            answered(NOW - 60_000, wait, queue=f"q{number}")
            for number, wait in enumerate((5, 5, 5, 5, 50))
        )
    )
    floor.put(waiting(NOW - 9_000, "q3"), waiting(NOW - 30_000, "q4"))
    samples = parsed(page(exposition_of(board_of(floor), bound(3)), NOW))

    assert shown(samples) == {"q0", "q1", "__other__"}
    assert sample(samples, "contactcenter_contacts_offered_total", **OTHER) == 5
    assert sample(samples, "contactcenter_service_level_ratio", window="5m", **OTHER) == 2 / 4
    assert (
        sample(samples, "contactcenter_wait_quantile_seconds", window="5m", quantile="0.5", **OTHER)
        == 5
    )
    assert sample(samples, "contactcenter_contacts_waiting", **OTHER) == 2
    assert sample(samples, "contactcenter_longest_wait_seconds", **OTHER) == 30
    assert samples["floorpulse_metrics_folded_queues", frozenset({("tenant", "demo")})] == 3


def shown(
    samples: Parsed, tenant: str = "demo", name: str = "contactcenter_contacts_waiting"
) -> set[str]:
    return {
        found["queue"]
        for sampled, labels in samples
        if sampled == name and (found := dict(labels))["tenant"] == tenant
    }


def test_a_tenant_of_a_hundred_queues_leaves_the_others_theirs() -> None:
    floor = MemoryFloor()
    floor.put(
        *(answered(NOW - 60_000, 5, queue=f"a{number:02}") for number in range(100)), tenant="aaa"
    )
    floor.put(
        *(answered(NOW - 60_000, 5, queue=queue) for queue in ("sales", "help")), tenant="zzz"
    )
    samples = parsed(page(exposition_of(board_of(floor), bound(12, tenants=2)), NOW))

    assert shown(samples, "zzz") == {"sales", "help"}
    assert shown(samples, "aaa") == {*(f"a{number:02}" for number in range(9)), "__other__"}
    assert samples["floorpulse_metrics_folded_queues", frozenset({("tenant", "zzz")})] == 0
    assert samples["floorpulse_metrics_folded_queues", frozenset({("tenant", "aaa")})] == 91
    assert (
        len([labels for _, labels in samples if "queue" in dict(labels)]) <= 12 * SERIES_PER_QUEUE
    )


def test_who_was_known_first_has_a_place_whatever_its_name_and_keeps_it() -> None:
    floor = MemoryFloor()
    floor.put(
        answered(NOW - 600_000, 5, queue="zulu"),
        answered(NOW - 300_000, 5, queue="mike"),
        answered(NOW - 200_000, 5, queue="echo"),
    )
    board = board_of(floor)
    exposition = exposition_of(board, bound(3))
    before = shown(parsed(page(exposition, NOW)))
    floor.put(
        answered(NOW - 60_000, 5, queue="alfa"), answered(NOW - 5_000_000, 5, queue="imported")
    )
    for update in floor.updates(NOW):
        board.take(update, NOW)

    again = exposition_of(board_of(floor), bound(3))
    assert before == {"zulu", "mike", "echo"}
    assert shown(parsed(page(exposition, NOW))) == {"zulu", "mike", "__other__"}
    assert shown(parsed(page(again, NOW))) == {"imported", "zulu", "__other__"}


def test_agents_of_folded_queues_are_told_together_each_once() -> None:
    floor = MemoryFloor()
    floor.put(
        *(
            answered(NOW - 60_000 - number, 5, queue=queue)
            for number, queue in enumerate(("help", "vip", "sales"))
        )
    )
    floor.put(answered(NOW - 90_000, 5, queue="sales", channel="chat"))
    floor.enter("ann", Entered(NOW - 60_000, "available", ("help", "vip")))
    floor.enter("bob", Entered(NOW - 60_000, "available", ("sales", "vip")))
    samples = parsed(page(exposition_of(board_of(floor), bound(2)), NOW))

    assert shown(samples, name="contactcenter_agents") == {"sales", "__other__"}
    assert samples["contactcenter_agents", labelled("available", queue="sales")] == 1
    assert samples["contactcenter_agents", labelled("available", queue="__other__")] == 2


def test_a_queue_that_is_really_called_other_is_told_with_the_others() -> None:
    floor = MemoryFloor()
    floor.put(
        answered(NOW - 90_000, 5, queue="__other__"),
        *(answered(NOW - 60_000, 5, queue=f"q{number}") for number in range(3)),
    )
    exposition = exposition_of(board_of(floor), bound(3))
    text = page(exposition, NOW)

    assert shown(parsed(text)) == {"q0", "q1", "__other__"}
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))


def test_the_sum_of_the_others_goes_on_from_where_it_was_when_a_queue_joins_or_leaves_them() -> (
    None
):
    floor = MemoryFloor()
    floor.put(
        *(
            answered(NOW - 300_000 + 1000 * number, 5, queue=f"q{number}")
            for number in range(4)
            for _ in range(10)
        )
    )
    board = board_of(floor)
    exposition = exposition_of(board, bound(3, tenants=2))
    sums = []

    def take(*queues: str, tenant: str = "demo", alone: bool = False) -> None:
        floor.put(*(answered(NOW - 60_000, 5, queue=queue) for queue in queues), tenant=tenant)
        for update in floor.updates(NOW):
            board.take(update, NOW)
        if alone:
            board.last_seen.pop(("else", "new", "voice"))
        sums.append(
            sample(parsed(page(exposition, NOW)), "contactcenter_contacts_offered_total", **OTHER)
        )

    take("q2")  # two are shown: q0 and q1
    take("new", tenant="else")  # one is shown: q1 joins the others
    take("q1", "q3")
    take("q3", alone=True)  # two are shown again
    take("q1", "q3", alone=True)

    assert sums == [21, 21, 23, 24, 25]


@pytest.mark.parametrize(
    ("wanted", "places", "given"),
    [
        ({"a": 2, "b": 3, "c": 40}, 10, {"a": 2, "b": 3, "c": 5}),
        ({"a": 40, "b": 40, "c": 40}, 10, {"a": 4, "b": 3, "c": 3}),
        ({"a": 1, "b": 2}, 10, {"a": 1, "b": 2}),
        ({"a": 5, "b": 5, "c": 5}, 2, {"a": 1, "b": 1, "c": 1}),
        ({}, 10, {}),
    ],
)
def test_what_small_tenants_leave_goes_to_the_larger_ones(
    wanted: dict[str, int], places: int, given: dict[str, int]
) -> None:
    assert shares(wanted, places) == given


def test_agents_stand_by_state_in_each_queue_they_serve_and_once_on_the_floor(
    floor: MemoryFloor,
) -> None:
    floor.enter("ann", Entered(NOW - 60_000, "available", ("help", "sales")))
    floor.enter("bob", Entered(NOW - 60_000, "busy", ("sales",)))
    floor.enter("cem", Entered(NOW - 60_000, "busy"))
    samples = parsed(page(exposition_of(board_of(floor), 10_000), NOW))

    serving = {
        state: samples["contactcenter_agents", labelled(state, queue="sales")]
        for state in ("available", "busy", "break")
    }
    assert serving == {"available": 1, "busy": 1, "break": 0}
    assert samples["contactcenter_floor_agents", labelled("busy")] == 2
    assert not any("agent" in dict(labels) for _, labels in samples)


def labelled(state: str, **labels: str) -> frozenset[tuple[str, str]]:
    return frozenset({"tenant": "demo", "state": state, **labels}.items())


def test_names_with_quotes_and_line_breaks_do_not_break_the_page() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 60_000, 5, queue='a"b\\c\nd'))

    samples = parsed(page(exposition_of(board_of(floor), 10_000), NOW))

    assert sample(samples, "contactcenter_contacts_offered_total", queue='a"b\\c\nd') == 1


def test_a_silent_floor_is_stale_and_an_empty_one_has_no_age() -> None:
    floor = MemoryFloor()
    floor.put(answered(NOW - 60_000, 5))
    clock = [NOW]
    board = Board(Rules(ZoneInfo("UTC")), lambda: clock[0])
    for update in floor.updates(NOW):
        board.take(update, NOW)
    clock[0] = NOW + 60_000
    stale = parsed(page(exposition_of(board, 10_000), NOW + 60_000))
    empty = parsed(page(exposition_of(Board(Rules(ZoneInfo("UTC")), lambda: NOW), 10_000), NOW))

    assert sample(stale, "contactcenter_kpi_state", state="stale") == 1
    age = empty["contactcenter_kpi_last_update_timestamp_seconds", frozenset()]
    assert age != age  # noqa: PLR0124  NaN

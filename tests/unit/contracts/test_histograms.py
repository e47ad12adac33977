"""Histograms against sorting the raw values."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.contracts.cells import Cells, Histogram, add
from floorpulse.counting.histograms import (
    EXACT_SECONDS,
    LAST_EXACT,
    Boundary,
    bucket_seconds,
    buckets,
    count_scores,
    count_up_to,
    count_within,
    hour_bucket,
    quantile,
    score_bucket,
    span_bucket,
)

WAIT = Histogram.ANSWERED_WAIT
HOUR = 3_600_000
spans = st.lists(
    st.one_of(st.integers(0, 3_600_000), st.integers(0, 60).map(lambda seconds: seconds * 1000)),
    max_size=60,
)


def histogram(waits: list[int]) -> Cells:
    cells: Cells = {}
    for wait in waits:
        add(cells, {WAIT + span_bucket(wait): 1})
    return cells


@given(spans, st.integers(0, EXACT_SECONDS), st.sampled_from(["le", "lt"]))
def test_counts_within_a_threshold_equal_those_of_the_raw_waits(
    waits: list[int], threshold: int, boundary: Boundary
) -> None:
    within = [
        wait
        for wait in waits
        if (wait <= threshold * 1000 if boundary == "le" else wait < threshold * 1000)
    ]

    assert count_within(histogram(waits), WAIT, threshold, boundary) == len(within)


@given(spans, st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 1.0]))
def test_quantiles_equal_the_nearest_rank_of_the_sorted_waits_to_the_second(
    waits: list[int], q: float
) -> None:
    value, size = quantile(histogram(waits), WAIT, q)

    assert size == len(waits)
    assert value == (
        ceil(sorted(waits)[max(1, ceil(q * len(waits))) - 1] / 1000) if waits else None
    )


@given(spans, spans)
def test_histograms_merge_and_subtract_by_addition(some: list[int], others: list[int]) -> None:
    both = histogram(some)
    add(both, histogram(others))
    assert both == histogram(some + others)

    add(both, histogram(others), -1)
    assert both == histogram(some)


@given(st.integers(3_600_001, 31 * 86_400_000))
def test_beyond_an_hour_a_bucket_is_within_one_percent(wait: int) -> None:
    edge = bucket_seconds(span_bucket(wait))

    assert wait / 1000 - 0.001 <= edge <= wait / 1000 * 1.01 + 0.001


@given(st.integers(0, 31 * 86_400_000), st.integers(0, 100_000))
def test_a_longer_span_never_falls_into_an_earlier_bucket(wait: int, more: int) -> None:
    assert span_bucket(wait) <= span_bucket(wait + more)


@pytest.mark.parametrize(
    ("span", "index"),
    [
        (0, 0),
        (400, 1),
        (1000, 2),
        (1700, 3),
        (2000, 4),
        (3_600_000, LAST_EXACT),
        (3_600_001, LAST_EXACT + 1),
    ],
)
def test_whole_seconds_have_buckets_of_their_own(span: int, index: int) -> None:
    assert span_bucket(span) == index


@pytest.mark.parametrize("threshold", [-1, EXACT_SECONDS + 1])
def test_a_threshold_that_is_not_exact_is_refused(threshold: int) -> None:
    with pytest.raises(ValueError, match="outside 0 to 3600 s"):
        count_within({}, WAIT, threshold, "le")


def test_histograms_side_by_side_do_not_mix() -> None:
    cells = {WAIT + 3: 2, Histogram.ABANDONED_WAIT + 3: 5, Histogram.HANDLE_TIME: 7}

    assert buckets(cells, WAIT) == [(3, 2)]
    assert count_within(cells, Histogram.ABANDONED_WAIT, 60, "le") == 5


def test_scores_stand_by_their_share_of_the_scale_whichever_way_it_runs() -> None:
    cells = {
        Histogram.CSAT + score_bucket(score, worst, best): 1
        for score, worst, best in ((4, 1, 5), (2, 6, 1), (9, 0, 5))
    }

    assert sorted(code - Histogram.CSAT for code in cells) == [750, 800, 1000]
    assert count_scores(cells, Histogram.CSAT, 0.75, 1.0) == 3
    assert count_scores(cells, Histogram.CSAT, 0.0, 0.6) == 0


@given(st.lists(st.integers(0, 200 * 24 * HOUR), max_size=30), st.integers(0, 168))
def test_counts_by_hours_equal_those_of_the_raw_spans(raw: list[int], hours: int) -> None:
    cells: Cells = {}
    for span in raw:
        add(cells, {Histogram.RETURN_GAP + hour_bucket(span): 1})

    assert count_within(cells, Histogram.RETURN_GAP, hours, "le") == sum(
        span <= hours * HOUR for span in raw
    )
    assert sum(count for _, count in buckets(cells, Histogram.RETURN_GAP)) == len(raw)


@pytest.mark.parametrize(
    ("seconds", "number"),
    [(-0.5, 0), (0, 1), (0.9, 1), (1, 3), (2.5, 4), (3600, 6), (9000, 6)],
)
def test_spans_up_to_a_number_of_seconds_are_those_that_stand_for_no_more(
    seconds: float, number: int
) -> None:
    cells: Cells = {Histogram.HANDLE_TIME: 5}
    for span in (0, 400, 1000, 1700, 2600, 3_600_000, 3_700_000):
        add(cells, {Histogram.ANSWERED_WAIT + span_bucket(span): 1})
    assert count_up_to(cells, Histogram.ANSWERED_WAIT, seconds) == (number, 7)

"""Exact histograms of spans and scores inside a pane's cells.

A span w (milliseconds) falls into bucket 2·s when it is exactly s seconds and into 2·s + 1 when s <
w < s + 1, up to 3,600 s; above, buckets grow by 1 %. So a count at any whole-second threshold is
exact under `<` and `<=`, for ever:

    w        0 s   0.4 s   1 s   1.7 s   2 s
    bucket    0      1      2      3      4

Spans of days go by hours in the same way: exact at any whole hour up to 3,600 h (150 days), all
longer ones in one bucket.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, repeat
from math import ceil, floor, log
from typing import Literal

from floorpulse.contracts.cells import BUCKETS, Cells, Histogram

Boundary = Literal["le", "lt"]

EXACT_SECONDS = 3600
LAST_EXACT = 2 * EXACT_SECONDS
GROWTH = log(1.01)
SCORE_STEPS = 1000
HOUR = 3_600_000


def span_bucket(span: int) -> int:
    """Bucket index of a span of `span` milliseconds (≥ 0)."""
    seconds, rest = divmod(span, 1000)
    if seconds < EXACT_SECONDS or (seconds == EXACT_SECONDS and not rest):
        return 2 * seconds + (1 if rest else 0)
    return LAST_EXACT + 1 + int(log(span / (EXACT_SECONDS * 1000)) / GROWTH)


def signed_bucket(span: int) -> int:
    """Bucket index of a span that may be negative: those of negative spans are negative."""
    return span_bucket(span) if span >= 0 else -span_bucket(-span) - 1


def signed_seconds(index: int) -> float:
    """The span, in seconds, that a bucket of `signed_bucket` stands for."""
    return bucket_seconds(index) if index >= 0 else -bucket_seconds(-index - 1)


def hour_bucket(span: int) -> int:
    """Bucket index, by hours, of a span of `span` milliseconds (≥ 0)."""
    hours, rest = divmod(span, HOUR)
    return min(2 * hours + (1 if rest else 0), LAST_EXACT + 1)


def bucket_seconds(index: int) -> float:
    """The span, in seconds, that a bucket stands for: its upper edge, exact for whole seconds up to
    an hour.
    """
    if index <= LAST_EXACT:
        return float((index + 1) // 2)
    return round(EXACT_SECONDS * 1.01 ** (index - LAST_EXACT), 3)


def score_bucket(score: float, worst: float, best: float) -> int:
    """Bucket index of a score: thousandths of the way from `worst` to `best`, clamped to the
    scale.
    """
    share = (score - worst) / (best - worst)
    return round(SCORE_STEPS * min(1.0, max(0.0, share)))


FATAL = SCORE_STEPS + 1
"""Bucket of evaluations with a fatal error: no points make them pass"""


def points_bucket(thousandths: int, *, fatal: bool) -> int:
    """Bucket index of an evaluation of 0 to 100 points: whole tenths of a point, so that marks of a
    tenth are exact.
    """
    return FATAL if fatal else thousandths // 100


def buckets(cells: Cells, histogram: Histogram) -> list[tuple[int, int]]:
    """(index, count) of every non-empty bucket of one histogram, ascending."""
    last = histogram + BUCKETS
    return sorted(
        [(code - histogram, count) for code, count in cells.items() if histogram <= code < last]
    )


def count_within(cells: Cells, histogram: Histogram, threshold: int, boundary: Boundary) -> int:
    """How many spans are within `threshold` whole seconds (0 to 3,600), the threshold itself
    included for `le`.

    Of a histogram by hours the threshold is hours.
    """
    if not 0 <= threshold <= EXACT_SECONDS:
        message = (
            f"threshold {threshold} s is outside 0 to {EXACT_SECONDS} s, where counts are exact"
        )
        raise ValueError(message)
    codes = range(histogram, histogram + 2 * threshold + (1 if boundary == "le" else 0))
    if len(codes) < len(cells):
        return sum(map(cells.get, codes, repeat(0)))
    first = codes.start
    last = codes.stop
    return sum([count for code, count in cells.items() if first <= code < last])


def count_up_to(cells: Cells, histogram: Histogram, seconds: float) -> tuple[int, int]:
    """How many spans stand for no more than so many seconds (0 to 3,600), by `bucket_seconds`, of
    longer ones none is told; and how many there are in all.
    """
    last = histogram + BUCKETS
    mine = [(code, count) for code, count in cells.items() if histogram <= code < last]
    edge = histogram + 2 * floor(min(seconds, EXACT_SECONDS))
    return sum([count for code, count in mine if code <= edge]), sum([count for _, count in mine])


def count_scores(cells: Cells, histogram: Histogram, low: float, high: float) -> int:
    """How many scores lie in [low, high], both shares (0 to 1) of the way from worst to best."""
    first = histogram + round(low * SCORE_STEPS)
    last = histogram + round(high * SCORE_STEPS)
    return sum([count for code, count in cells.items() if first <= code <= last])


def count_passed(cells: Cells, mark: float) -> tuple[int, int]:
    """How many evaluations have `mark` points (in tenths) or more and no fatal error, and of how
    many.
    """
    known = buckets(cells, Histogram.QA_SCORE)
    return sum(count for index, count in known if round(mark * 10) <= index < FATAL), sum(
        count for _, count in known
    )


def quantile(cells: Cells, histogram: Histogram, q: float) -> tuple[float | None, int]:
    """The nearest-rank q-quantile in seconds (None of an empty sample) and the size of its
    sample.
    """
    (value,), size = quantiles(cells, histogram, (q,))
    return value, size


def quantiles(
    cells: Cells, histogram: Histogram, qs: Sequence[float]
) -> tuple[list[float | None], int]:
    """Several nearest-rank quantiles of one sample, and its size."""
    ordered = buckets(cells, histogram)
    reached = list(accumulate([count for _, count in ordered]))
    if not reached:
        return [None] * len(qs), 0
    size = reached[-1]
    places = [bisect_left(reached, max(1, ceil(q * size))) for q in qs]
    return [bucket_seconds(ordered[place][0]) for place in places], size

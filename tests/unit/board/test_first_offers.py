"""Since when anybody waits: never later than it is, so that spans of the past need no look at who
waits.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.first_offers import FirstOffers, first_offers
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import MINUTE, Span
from floorpulse.contracts.updates import Gauge, Update

NOW = 1_794_398_840_000  # 2026-11-11T12:07:20Z
QUEUES = [f"q{number:03}" for number in range(100)]


class LookedAt(list[int]):
    """Offers that count how often somebody goes through them."""

    looks = 0

    def __iter__(self) -> Iterator[int]:
        type(self).looks += 1
        return super().__iter__()


def gauge(queue: str, *offers: int, tenant: str = "demo") -> Gauge:
    return Gauge(tenant, queue, "voice", LookedAt(offers), 0, 0)


def update(*gauges: Gauge, sequence: int = 1, changes: bool = False) -> Update:
    """All gauges, or those that changed since the update before."""
    return Update(
        partition=0,
        log_id="log",
        generation=1,
        epoch=1,
        next_offset=sequence,
        published_at=NOW,
        lag=0,
        applied=sequence,
        dead=0,
        watermark=NOW,
        rows=[],
        gauges=None if changes else list(gauges),
        changed=list(gauges) if changes else None,
        sequence=sequence,
        follows=sequence - 1 if changes else 0,
    )


def test_a_span_of_the_past_looks_at_nobodys_waits_and_one_of_now_at_its_own_queue() -> None:
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    board.take(update(*[gauge(queue, NOW - 9000) for queue in QUEUES]), NOW)
    LookedAt.looks = 0

    assert board.waits([("demo", "q007", None)], Span(NOW - 9 * MINUTE, NOW - 9000), NOW) == ()
    assert LookedAt.looks == 0
    assert board.waits([("demo", "q007", None)], Span(NOW - 9000, NOW), NOW) == (9000,)
    assert LookedAt.looks == 1


def test_who_is_told_by_a_change_waits_since_then_and_nobody_after_all_have_left() -> None:
    board = Board(Rules(ZoneInfo("UTC")), lambda: NOW)
    span = Span(NOW - MINUTE, NOW)

    board.take(update(gauge("a", NOW - 1000)), NOW)
    board.take(update(gauge("b", NOW - 9000), sequence=2, changes=True), NOW)

    assert board.waits([("demo", None, None)], span, NOW) == (9000, 1000)

    board.take(update(sequence=3), NOW)

    assert board.waits([("demo", None, None)], span, NOW) == ()


def test_the_first_offer_is_the_lowest_of_all_partitions_and_tenants_are_apart() -> None:
    known = FirstOffers()

    known.lower(0, first_offers([gauge("a", 50, 90), gauge("b", 40), gauge("c")]))
    known.lower(1, first_offers([gauge("a", 70), gauge("z", 10, tenant="other")]))

    assert (known.of("demo"), known.of("other"), known.of("nobody")) == (40, 10, None)


def test_a_change_only_lowers_it_and_telling_of_everybody_puts_it_right() -> None:
    known = FirstOffers()
    known.lower(0, {"demo": 40})
    known.lower(0, {"demo": 60})

    assert known.of("demo") == 40

    known.replace(0, {"demo": 60})

    assert known.of("demo") == 60

    known.replace(0, {})

    assert known.of("demo") is None

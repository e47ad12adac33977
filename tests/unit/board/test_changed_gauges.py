"""Gauges that changed: a reader takes them where it knows the update that they follow, and shows
nothing as fresh before it has them all.

    update     1 all    2 changed    3 changed    4 changed    5 all
    reader     takes    takes        loses        leaves       takes
    position   1        2            2            2            5
"""

import random
from zoneinfo import ZoneInfo

import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.folded_news import GaugeSum
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannelSpan
from floorpulse.board.domain.windows import Window
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.updates import Gauge, Update
from floorpulse.contracts.visits import Longest
from floorpulse.kpi_engine.publish.gauges import ALL_GAUGES, ToldGauges
from floorpulse.kpis.figures import MomentFigures
from tests.fakes.engine import as_sent

NOW = 1_794_398_840_000
APART = 3
"""Queues told apart; further ones are folded"""
QUEUES = [f"q{number}" for number in range(8)]


def board() -> Board:
    empty = Board(Rules(ZoneInfo("UTC"), most_queues=APART), lambda: NOW)
    empty.prune(NOW)
    known = [("demo", queue, "voice") for queue in QUEUES]
    empty.take_queue_channels([QueueChannelSpan(one, NOW, NOW) for one in known])
    return empty


def gauge(queue: str, *waits: int, going_on: int = 0) -> Gauge:
    return Gauge("demo", queue, "voice", sorted(NOW - wait for wait in waits), going_on, 0)


def update(
    sequence: int,
    gauges: list[Gauge] | None,
    changed: list[Gauge] | None = None,
    follows: int = 0,
    epoch: int = 1,
) -> Update:
    return Update(
        partition=0,
        log_id="log",
        generation=1,
        epoch=epoch,
        next_offset=sequence,
        published_at=NOW,
        lag=0,
        applied=sequence,
        dead=0,
        watermark=NOW,
        rows=[],
        gauges=gauges,
        changed=changed,
        follows=follows,
        sequence=sequence,
    )


def seen(one: Board) -> dict[str | None, tuple[tuple[int, ...], int]]:
    """Who waits, and what is in progress, by queue and in all; folded ones by name too."""
    present = {
        queue: one.read([("demo", queue, None)], Window.M30, NOW).present
        for queue in (None, OTHER, *QUEUES)
    }
    return {queue: (known.waits, known.in_progress) for queue, known in present.items()}


def test_who_is_there_is_looked_at_anew_when_a_gauge_changes_or_time_passes() -> None:
    mine = board()
    place = [("demo", "q0", None)]
    mine.take(update(1, [gauge("q0", 5)]), NOW)
    before = [mine.read(place, window, NOW).present for window in Window]
    later = mine.read(place, Window.M30, NOW + 1000).present
    mine.take(update(2, None, [gauge("q0", 5, 3)], follows=1), NOW)

    assert [present.waits for present in before] == [(5,)] * len(Window)
    assert later.waits == (1005,)
    assert mine.read(place, Window.M30, NOW).present.waits == (5, 3)
    mine.horizons_of = lambda _tenant, _at: Horizons(Longest(4, 4))
    assert mine.read(place, Window.M30, NOW).present == MomentFigures((3,), 0, 1)


def test_changed_gauges_are_taken_where_the_update_before_is_known() -> None:
    mine = board()
    mine.take(update(1, [gauge("q0", 5), gauge("q1", 7)]), NOW)
    mine.take(update(2, None, [gauge("q1", 7, 9), gauge("q0")], follows=1), NOW)

    assert seen(mine)["q0"] == ((), 0)
    assert seen(mine)["q1"] == ((9, 7), 0)
    assert seen(mine)[None] == ((9, 7), 0)
    assert mine.positions[0].sequence == 2


@pytest.mark.parametrize(
    "later",
    [
        update(3, None, [gauge("q0", 1)], follows=2),
        update(3, None, [gauge("q0", 1)], follows=1, epoch=2),
    ],
)
def test_changed_gauges_that_follow_what_was_lost_say_nothing(later: Update) -> None:
    mine = board()
    mine.take(update(1, [gauge("q0", 5)]), NOW)
    mine.take(later, NOW)

    assert seen(mine)["q0"] == ((5,), 0)
    assert mine.positions[0].sequence == 1


def test_a_reader_that_comes_in_the_middle_waits_for_all_gauges() -> None:
    mine = board()
    mine.take(update(2, None, [gauge("q0", 1)], follows=1), NOW)
    assert 0 not in mine.positions

    mine.take(update(3, [gauge("q0", 1)]), NOW)
    assert seen(mine)["q0"] == ((1,), 0)


def test_news_of_one_folded_queue_adds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = board()
    everybody = [gauge(queue, 5) for queue in QUEUES]
    mine.take(update(1, everybody), NOW)
    added: list[str] = []
    add = GaugeSum.add

    def noted(together: GaugeSum, one: Gauge) -> None:
        added.append(one.queue)
        add(together, one)

    monkeypatch.setattr(GaugeSum, "add", noted)
    mine.take(update(2, None, [gauge("q6", 5, 9)], follows=1), NOW)
    mine.take(update(3, [*everybody[:6], gauge("q6", 5, 9), everybody[7]]), NOW)

    assert added == ["q6"]
    assert seen(mine)[OTHER] == ((9, 5, 5, 5, 5, 5), 0)


def test_talks_that_last_in_folded_queues_are_added_up_and_taken_off() -> None:
    mine = board()
    lasting = [Gauge("demo", queue, "voice", [], 0, 0, [NOW - 5]) for queue in QUEUES]
    mine.take(update(1, lasting), NOW)
    assert seen(mine)[OTHER] == ((), 5)

    mine.take(update(2, None, [gauge("q6")], follows=1), NOW)
    assert seen(mine)[OTHER] == ((), 4)


def test_what_changed_says_who_came_and_who_left() -> None:
    told = ToldGauges()
    sales, help_, vip = gauge("sales", 1), gauge("help", 2), gauge("vip", 3)
    more = gauge("sales", 1, 4)

    assert told.news([sales, help_], 1, 0) == ([sales, help_], None, 0)
    assert told.news([more, vip], 4, 250) == (None, [more, vip, gauge("help")], 1)
    assert told.news([more, vip], 5, 500) == (None, [], 4)
    assert told.news([more, vip], 6, ALL_GAUGES) == ([more, vip], None, 0)


def test_whatever_is_lost_a_reader_that_stands_at_the_last_update_shows_what_there_is() -> None:
    dice = random.Random(7)
    told = ToldGauges()
    readers = [board() for _ in range(3)]
    whole = board()
    there: dict[str, Gauge] = {}
    compared = 0
    for sequence in range(1, 400):
        for queue in dice.sample(QUEUES, 3):
            there.pop(queue, None)
            if dice.random() < 0.7:
                there[queue] = gauge(queue, dice.randrange(9000), going_on=dice.randrange(3))
        gauges = list(there.values())
        whole.take(update(sequence, gauges), NOW)
        news = told.news(gauges, sequence, 1000 * sequence)
        sent = as_sent(update(sequence, news.gauges, news.changed, news.follows))
        for number, one in enumerate(readers):
            if dice.random() < 0.9 and sequence > 50 * number:
                one.take(sent, NOW)
                if one.positions.get(0) == whole.positions[0]:
                    compared += 1
                    assert seen(one) == seen(whole)

    assert compared > 500

"""A feed tells each client what is new to it, once."""

from floorpulse.runtime.row_feed import RowFeed

Told = list[tuple[str, int, str]]


def rows(**says: int) -> Told:
    return [(about, said, f"{about}{said}") for about, said in says.items()]


def fed(*ticks: Told) -> RowFeed[str]:
    feed: RowFeed[str] = RowFeed()
    for tick, told in enumerate(ticks, start=1):
        feed.refresh(tick, told)
    return feed


def test_a_new_client_gets_everything() -> None:
    assert fed(rows(a=1, b=1)).since(None) == ["a1", "b1"]


def test_a_client_that_kept_up_gets_what_changed() -> None:
    feed = fed(rows(a=1, b=1), rows(a=2, b=1))

    assert feed.since(1) == ["a2"]
    assert feed.since(2) == []


def test_a_slow_client_gets_the_latest_of_all_it_missed() -> None:
    assert fed(rows(a=1, b=1, c=1), rows(a=2, b=1, c=1), rows(a=3, b=1, c=2)).since(1) == [
        "a3",
        "c2",
    ]


def test_a_client_of_an_unknown_tick_gets_everything() -> None:
    feed: RowFeed[str] = RowFeed()
    feed.refresh(7, rows(a=1))

    assert feed.since(3) == ["a1"]
    assert feed.since(9) == ["a1"]
    assert RowFeed[str]().since(1) == []


def test_a_row_that_came_back_is_new() -> None:
    assert fed(rows(a=1), rows(), rows(a=1)).since(2) == ["a1"]

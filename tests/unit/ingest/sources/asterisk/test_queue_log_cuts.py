"""A queue_log in parts: whatever is cut off, repeated, joined or out of order, the figures are
those of the whole.
"""

from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ingest.sources.asterisk.logs import AT, call, opened, told, visits

HANDED = Path(__file__).parents[6] / "shared" / "data"
LOGS = sorted([*HANDED.glob("asterisk/*/queue_log"), *HANDED.glob("field-reports/*/queue_log")])
CHANGING_IDS = ("34-", "54-", "56-", "56m-", "01-attended", "61-")
"""Logs in which the id of a call changes in the middle of a stay, or in which Asterisk restarts"""


def answered(name: str, at: int, queue: str, agent: str, word: str, *data: object) -> list[str]:
    """A call that waits 7 seconds and talks 60."""
    return [
        call("ENTERQUEUE", "", "1201", 1, at=at, name=name, queue=queue),
        call("CONNECT", 7, "x", 3, at=at + 7, name=name, queue=queue, agent=agent),
        call(word, *data, 7, 60, 1, at=at + 67, name=name, queue=queue, agent=agent),
    ]


def given_up(name: str, at: int, queue: str, word: str, *data: object) -> list[str]:
    """A call that waits 20 seconds."""
    return [
        call("ENTERQUEUE", "", "1202", 2, at=at, name=name, queue=queue),
        call(word, *data, 1, 2, 20, at=at + 20, name=name, queue=queue),
    ]


STORIES = (
    lambda name, at: answered(name, at, "sales", f"ann{name}", "COMPLETECALLER"),
    lambda name, at: given_up(name, at, "sales", "ABANDON"),
    lambda name, at: [
        *given_up(name, at, "sales", "EXITWITHTIMEOUT"),
        *given_up(name, at + 20, "help", "EXITWITHKEY", "#"),
        *answered(name, at + 40, "sales", f"ann{name}", "COMPLETEAGENT"),
    ],
    lambda name, at: [
        *answered(name, at, "sales", f"ann{name}", "BLINDTRANSFER", "help", "in"),
        *answered(name, at + 67, "help", f"bob{name}", "COMPLETEAGENT"),
    ],
    lambda name, at: [
        *answered(name, at, "sales", f"ann{name}", "ATTENDEDTRANSFER", "LINK", "a;1", "a;2"),
        *answered(name, at + 67, "help", f"bob{name}", "ATTENDEDTRANSFER", "BRIDGE", "b"),
    ],
)


def log_of(told: list[tuple[Any, int]]) -> list[str]:
    """The lines of several calls by their stamps."""
    lines = [
        line
        for number, (story, later) in enumerate(told)
        for line in story(f"{AT}.{number}", AT + later)
    ]
    return sorted(lines, key=lambda line: int(line.split("|")[0]))


calls = st.tuples(st.sampled_from(STORIES), st.integers(0, 90))
logs = st.lists(calls, min_size=1, max_size=4).map(log_of)
apart = st.lists(
    st.tuples(st.sampled_from(STORIES), st.sampled_from([0, 3, 9, 13])),
    min_size=1,
    max_size=4,
    unique_by=lambda told: told[1],
).map(log_of)
"""Logs in which no two calls enter a queue in one second"""


@given(logs, st.randoms(use_true_random=False))
def test_any_parts_of_a_log_in_any_order_and_twice_make_the_visits_of_the_whole(
    log: list[str], random: Random
) -> None:
    cuts = sorted(random.sample(range(1, len(log)), k=min(3, len(log) - 1)))
    parts = [log[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(log)], strict=True)]
    parts += random.sample(parts, k=len(parts) // 2)
    random.shuffle(parts)

    assert visits(event for part in parts for event in told(*part)) == visits(told(*log))


@given(apart, st.randoms(use_true_random=False))
def test_the_lines_of_a_log_in_any_order_make_the_visits_of_the_whole(
    log: list[str], random: Random
) -> None:
    disordered = random.sample([*log, *log], k=2 * len(log))

    assert visits(told(*disordered)) == visits(told(*log))
    assert visits(told(*reversed(log))) == visits(told(*log))


HANDED_IN = [
    call("ENTERQUEUE", "", "856", 1, at=AT, name="line"),
    call("CONNECT", 9, "x", 1, at=AT + 9, name="caller", agent="ann"),
    call("COMPLETECALLER", 9, 30, 1, at=AT + 39, name="caller", agent="ann"),
]
OPTIMISED = [
    call("ENTERQUEUE", "", "1201", 1, at=AT, name="before"),
    call("CONNECT", 9, "x", 1, at=AT + 9, name="before", agent="ann"),
    call("COMPLETECALLER", 9, 30, 1, at=AT + 39, name="after", agent="ann"),
]


@pytest.mark.parametrize("log", [HANDED_IN, OPTIMISED], ids=["handed in", "optimised"])
def test_parts_between_which_a_call_changes_its_id_are_put_right_by_the_whole(
    log: list[str],
) -> None:
    whole = visits(told(*log))
    for cut in range(1, len(log)):
        for parts in permutations((log, log[:cut], log[cut:])):
            assert visits(event for part in parts for event in told(*part)) == whole


def test_an_entry_that_is_stamped_a_second_late_is_put_right_by_the_whole() -> None:
    log = [
        call("ENTERQUEUE", "", "1201", 1, at=AT + 1),
        call("CONNECT", 9, "x", 1, at=AT + 9, agent="ann"),
        call("COMPLETECALLER", 9, 30, 1, at=AT + 39, agent="ann"),
    ]
    whole = visits(told(*log))

    assert [row[1:] for row in whole] == [
        ("sales", "answered", "ann", 9, 30, False, True),
    ]
    for cut in (1, 2):
        for parts in permutations((log, log[:cut], log[cut:])):
            assert visits(event for part in parts for event in told(*part)) == whole


def test_lines_between_which_a_call_changes_its_id_are_read_right_backwards() -> None:
    for log in (HANDED_IN, OPTIMISED):
        [forwards] = visits(told(*log))
        [backwards] = visits(told(*reversed(log)))

        assert backwards[1:] == forwards[1:]


def test_the_same_lines_have_the_same_ids_wherever_they_stand() -> None:
    log = answered("c1", AT, "sales", "ann", "COMPLETECALLER")

    assert told(*log) == told("", *log)
    assert sorted(set(told(*log, *log))) == sorted(told(*log))


def whole_log(file: Path) -> list[str]:
    """The lines of a recorded log, with those of the file that was rotated before it."""
    return [
        line
        for one in (file.with_name("queue_log.1"), file)
        if one.exists()
        for line in one.read_text(encoding="utf-8").splitlines()
    ]


@pytest.mark.recorded
@pytest.mark.skipif(not LOGS, reason=f"no recorded logs below {HANDED}")
@pytest.mark.parametrize("file", LOGS, ids=lambda file: file.parent.name)
def test_a_recorded_log_cut_at_any_line_makes_the_visits_of_the_whole(file: Path) -> None:
    log = whole_log(file)
    whole = visits(told(*log))
    afterwards = told(*log) if file.parent.name.startswith(CHANGING_IDS) else []
    for cut in range(1, len(log)):
        first, second = told(*log[:cut]), told(*log[cut:])
        assert visits([*second, *first, *second, *afterwards]) == whole, cut
    assert visits(told(*log, *log)) == whole


def rotated(lines: list[str], at: int) -> list[bytes]:
    """The events of a log that was rotated there: of each file with what lies before it."""
    newer = opened()
    for line in lines[:at]:
        newer.hear(line.encode())
    return [*told(*lines[:at]), *told(*lines[at:], log=newer)]


@pytest.mark.recorded
@pytest.mark.skipif(not LOGS, reason=f"no recorded logs below {HANDED}")
@pytest.mark.parametrize("file", LOGS, ids=lambda file: file.parent.name)
def test_a_recorded_log_rotated_at_any_line_makes_the_visits_of_the_whole(file: Path) -> None:
    lines = whole_log(file)
    whole = visits(told(*lines))

    for at in range(len(lines) + 1):
        assert visits(rotated(lines, at)) == whole, at


def test_what_a_line_needs_of_the_file_before_is_known_from_there() -> None:
    """A queue is spelled as the older file spelled it, and an end without its wait (Asterisk before
    1.6) is of the stay that was open there.
    """
    lines = [
        call("ENTERQUEUE", "", "1201", 1, queue="Sales"),
        call("ENTERQUEUE", "", "1202", 2, name="c2"),
        call("CONNECT", 7, "x", 3, at=AT + 7, queue="sales", agent="ann"),
        call("LEAVEEMPTY", at=AT + 20, name="c2"),
    ]

    assert visits(rotated(lines, 2)) == [
        ("c1", "Sales", "answered", "ann", 7, 0, False, False),
        ("c2", "Sales", "left", None, 20, 0, False, False),
    ]


def test_what_is_only_heard_counts_nowhere() -> None:
    log = opened()

    log.hear(b"no line")
    log.hear(call("OUTCALL").encode())
    told(call("SURVEY"), log=log)

    assert log.refused == 0
    assert log.notes() == [
        "words without an event, not counted in any figure: 1 line",
        "  SURVEY: 1 line, first in line 1",
    ]

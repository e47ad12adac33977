"""Which forecasts are in force, and what an upload must say."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.board.domain.windows import MINUTE, QUARTER, Span
from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.forecasts.in_force import cut, in_force, touching
from floorpulse.figures.forecasts.upload import slots_of
from floorpulse.kpis.plan import Slot

NINE = 1_794_387_600_000  # 2026-11-11T09:00:00Z
UTC = ZoneInfo("UTC")
ROW = {
    "queue": "sales",
    "channel": "",
    "start": "2026-11-11T09:00:00Z",
    "length": "30",
    "volume": "40",
    "aht": "180",
    "staffed": "12",
}


def slot(
    quarters: tuple[int, int],
    volume: float,
    version: int = 1,
    channel: str = "",
    queue: str = "sales",
) -> Slot:
    return Slot(
        queue,
        channel,
        NINE + quarters[0] * QUARTER,
        NINE + quarters[1] * QUARTER,
        volume,
        180,
        None,
        version,
    )


def test_what_is_left_of_an_older_interval_keeps_its_share() -> None:
    halves = [slot((0, 2), 40), slot((2, 4), 60)]
    quarter = slot((2, 3), 35, 2)

    assert in_force([*halves, quarter]) == [slot((0, 2), 40), quarter, slot((3, 4), 30)]


def test_a_whole_queue_and_its_channels_replace_each_other() -> None:
    whole = slot((0, 1), 40)
    voice = slot((0, 1), 30, 2, "voice")
    chat = slot((0, 1), 20, 2, "chat")

    assert in_force([whole, voice, chat]) == [chat, voice]
    assert in_force([voice, chat, whole]) == [whole]


def test_one_channel_leaves_the_other_in_force() -> None:
    voice, chat, newer = (
        slot((0, 1), 30, 1, "voice"),
        slot((0, 1), 20, 1, "chat"),
        slot((0, 1), 33, 2, "voice"),
    )

    assert in_force([voice, chat, newer]) == [chat, newer]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "voice"]),
            st.integers(0, 8),
            st.sampled_from([1, 2]),
            st.integers(0, 99),
        ),
        max_size=12,
    )
)
def test_every_quarter_has_what_was_said_last(said: list[tuple[str, int, int, int]]) -> None:
    slots = [
        slot((first, first + length), volume, version, channel)
        for version, (channel, first, length, volume) in enumerate(said)
    ]
    found = in_force(slots)

    for quarter in range(10):
        told = [one for one in slots if one.begin <= NINE + quarter * QUARTER < one.end]
        known = [one for one in found if one.begin <= NINE + quarter * QUARTER < one.end]
        assert [one.version for one in known] == [one.version for one in told[-1:]]
    assert all(one.volume * (slots[one.version].end - slots[one.version].begin) == pytest.approx(
        slots[one.version].volume * (one.end - one.begin)) for one in found)  # fmt: skip


def test_the_slots_of_a_span_are_those_with_a_part_in_it() -> None:
    slots = [slot((number, number + 1), 10) for number in range(8)]

    assert list(touching(slots, Span(NINE + QUARTER + MINUTE, NINE + 3 * QUARTER))) == slots[1:3]
    assert list(touching(slots, Span(NINE, NINE))) == []


def test_a_cut_slot_has_its_share_of_contacts() -> None:
    assert cut(slot((0, 2), 40), Span(NINE - QUARTER, NINE + 6 * MINUTE)) == Slot(
        "sales", "", NINE, NINE + 6 * MINUTE, 8, 180, None, 1
    )


# ------------------------------------------------------------- uploads


def test_a_row_tells_a_slot() -> None:
    slots, mistakes = slots_of([ROW], UTC)

    assert (slots, mistakes) == ([Slot("sales", "", NINE, NINE + 2 * QUARTER, 40, 180, 12)], [])


def test_local_times_are_those_of_the_tenant() -> None:
    ((told,), _) = slots_of(
        [{**ROW, "start": "2026-11-11T17:00", "channel": "voice", "staffed": None}],
        ZoneInfo("Asia/Shanghai"),
    )

    assert (told.begin, told.channel, told.staffed) == (NINE, "voice", None)


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"queue": ""}, "queue", "is missing"),
        ({"queue": 7}, "queue", "no name"),
        ({"queue": "q" * 129}, "queue", "no name"),
        ({"channel": "fax"}, "channel", "no channel"),
        ({"start": None}, "start", "is missing"),
        ({"start": "tomorrow"}, "start", "no time"),
        ({"start": "2026-11-11T09:10:00Z"}, "start", "quarter of an hour"),
        ({"length": "20"}, "length", "no length"),
        ({"volume": "many"}, "volume", "no number"),
        ({"volume": "-1"}, "volume", "no number"),
        ({"volume": "nan"}, "volume", "no number"),
        ({"volume": True}, "volume", "no number"),
        ({"volume": []}, "volume", "no number"),
        ({"volume": "1e99"}, "volume", "no number"),
        ({"aht": "90000"}, "aht", "no number"),
        ({"aht": ""}, "aht", "is missing"),
        ({"staffed": "12.5"}, "staffed", "no whole number"),
        ({"staffed": 12.5}, "staffed", "no whole number"),
        ({"staffed": "-3"}, "staffed", "no whole number"),
        ({"agents": "12"}, "agents", "no field"),
    ],
)
def test_a_wrong_row_is_named_with_field_problem_and_remedy(
    change: dict[str, object], field: str, problem: str
) -> None:
    slots, mistakes = slots_of([ROW, {**ROW, "start": "2026-11-11T10:00:00Z", **change}], UTC)

    ((row, name, what, remedy),) = [
        (one.row, one.field, one.problem, one.remedy) for one in mistakes
    ]
    assert (row, name, len(slots)) == (2, field, 1)
    assert problem in what
    assert remedy


@pytest.mark.parametrize(
    ("local", "what"), [("2026-10-25T02:30", "comes twice"), ("2026-03-29T02:30", "never comes")]
)
def test_a_local_time_that_clocks_skip_or_repeat_is_no_instant(local: str, what: str) -> None:
    _, (mistake,) = slots_of([{**ROW, "start": local}], ZoneInfo("Europe/Berlin"))

    assert what in mistake.problem
    assert slots_of([{**ROW, "start": f"{local}:00+01:00"}], ZoneInfo("Europe/Berlin"))[0][
        0
    ].begin == parse_instant(f"{local}:00+01:00")


@pytest.mark.parametrize(
    ("first", "second"), [("", ""), ("", "voice"), ("voice", ""), ("voice", "voice")]
)
def test_two_rows_about_the_same_contacts_contradict_each_other(first: str, second: str) -> None:
    rows = [
        {**ROW, "channel": first},
        {**ROW, "channel": second, "start": "2026-11-11T09:15:00Z", "length": "15"},
    ]
    _, (mistake,) = slots_of(rows, UTC)

    assert (mistake.row, "row 1 already tells" in str(mistake)) == (2, True)


def test_two_channels_or_queues_do_not_contradict_each_other() -> None:
    rows = [{**ROW, "channel": "voice"}, {**ROW, "channel": "chat"}, {**ROW, "queue": "help"}]

    assert slots_of(rows, UTC)[1] == []

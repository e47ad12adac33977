"""Who is on call when."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.rotas import (
    Cause,
    Rota,
    Shift,
    Span,
    now_and_next,
    written_overrides,
)
from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.calendars import calendar_of
from floorpulse.definitions.domain.on_call import RotaBody, RotaOverride

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
DAY = 24 * HOUR


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000


def body(*members: str, **more: object) -> RotaBody:
    given: dict[str, object] = {"starts": "2026-03-02", "turn": "day", **more}
    return RotaBody(id="r", names={"en": "R"}, members=list(members), **given)  # type: ignore[arg-type]


def rota(*members: str, **more: object) -> Rota:
    return Rota(body(*members, **more), BERLIN)


def shown(shifts: list[Shift]) -> list[tuple[str, str, str | None, str]]:
    def local(instant: int) -> str:
        return datetime.fromtimestamp(instant / 1000, BERLIN).strftime("%d %H:%M")

    return [(local(one.begin), local(one.end), one.member, one.cause) for one in shifts]


def test_members_take_turns_at_the_hand_over() -> None:
    shifts = rota("ann", "bo").shifts(at("2026-03-02T00:00"), at("2026-03-05T09:00"))

    assert shown(list(shifts)) == [
        ("02 00:00", "02 09:00", None, Cause.NOT_BEGUN),
        ("02 09:00", "03 09:00", "ann", Cause.TURN),
        ("03 09:00", "04 09:00", "bo", Cause.TURN),
        ("04 09:00", "05 09:00", "ann", Cause.TURN),
    ]


def test_weekly_turns_last_a_week_also_over_clock_changes() -> None:
    weekly = rota("ann", "bo", turn="week")
    spring, autumn = "2026-03-23", "2026-10-19"

    for monday, hours in ((spring, 167), (autumn, 169)):
        shift = next(weekly.shifts(at(f"{monday}T09:00"), at(f"{monday}T09:00") + 8 * DAY))
        assert (shift.end - shift.begin) // HOUR == hours


@pytest.mark.parametrize(
    ("handover", "day", "utc"),
    [
        ("02:30", "2026-03-29", "01:00"),  # skipped: at the end of the skip, 03:00 local
        ("02:30", "2026-10-25", "00:30"),  # shown twice: the first time
    ],
)
def test_a_hand_over_that_clocks_skip_or_show_twice_happens_once(
    handover: str, day: str, utc: str
) -> None:
    midnight = at(f"{day}T00:00")
    edges = [
        one.begin
        for one in rota("ann", "bo", handover=handover).shifts(midnight, midnight + 20 * HOUR)
    ]

    assert [datetime.fromtimestamp(one / 1000, UTC).strftime("%H:%M") for one in edges[1:]] == [utc]


def test_overrides_outrank_turns_and_the_last_outranks_the_others() -> None:
    overrides = (
        Span(at("2026-03-03T10:00"), at("2026-03-03T14:00"), "cy"),
        Span(at("2026-03-03T12:00"), at("2026-03-03T13:00"), "di"),
    )
    one = Rota(body("ann"), BERLIN, overrides=overrides)

    assert shown(list(one.shifts(at("2026-03-03T09:00"), at("2026-03-03T15:00")))) == [
        ("03 09:00", "03 10:00", "ann", Cause.TURN),
        ("03 10:00", "03 12:00", "cy", Cause.OVERRIDE),
        ("03 12:00", "03 13:00", "di", Cause.OVERRIDE),
        ("03 13:00", "03 14:00", "cy", Cause.OVERRIDE),
        ("03 14:00", "03 15:00", "ann", Cause.TURN),
    ]


def test_outside_its_calendar_nobody_is_on_call_and_that_is_no_gap() -> None:
    calendar = calendar_of(CalendarBody(id="c", hours={"monday": ["08:00-20:00"]}))
    one = Rota(body("ann"), BERLIN, calendar)
    begin, end = at("2026-03-09T06:00"), at("2026-03-09T22:00")

    assert shown(list(one.shifts(begin, end))) == [
        ("09 06:00", "09 08:00", None, Cause.CLOSED),
        ("09 08:00", "09 20:00", "ann", Cause.TURN),
        ("09 20:00", "09 22:00", None, Cause.CLOSED),
    ]
    assert one.gaps(begin, end) == []


def test_gaps_are_named() -> None:
    one = rota("ann")

    assert one.gaps(at("2026-03-01T00:00"), at("2026-03-03T00:00")) == [
        Shift(at("2026-03-01T00:00"), at("2026-03-02T09:00"), None, Cause.NOT_BEGUN)
    ]


def test_a_feed_stands_in_for_turns_and_its_holes_are_gaps() -> None:
    feed = (Span(at("2026-03-03T08:00"), at("2026-03-03T20:00"), "bo"),)
    one = Rota(body("ann"), BERLIN, feed=feed)

    assert shown(list(one.shifts(at("2026-03-03T06:00"), at("2026-03-03T22:00")))) == [
        ("03 06:00", "03 08:00", None, Cause.FEED_EMPTY),
        ("03 08:00", "03 20:00", "bo", Cause.FEED),
        ("03 20:00", "03 22:00", None, Cause.FEED_EMPTY),
    ]


def test_a_single_member_is_one_long_shift() -> None:
    shifts = list(rota("ann").shifts(at("2026-03-03T09:00"), at("2026-04-03T09:00")))

    assert [one.member for one in shifts] == ["ann"]


def test_nothing_has_no_shifts() -> None:
    assert list(rota("ann").shifts(at("2026-03-03T09:00"), at("2026-03-03T09:00"))) == []


def test_now_and_next() -> None:
    now, later = now_and_next(rota("ann", "bo"), at("2026-03-02T12:00"), 2 * DAY)
    alone = now_and_next(rota("ann"), at("2026-03-02T12:00"), 2 * DAY)

    assert (now.member, later and later.member) == ("ann", "bo")
    assert later is not None
    assert later.begin == at("2026-03-03T09:00")
    assert alone[1] is None


def test_overrides_of_the_definition_are_read_in_its_zone() -> None:
    written = body(
        "ann",
        overrides=[RotaOverride(begin="2026-03-03T10:00", end="2026-03-03T12:00", member="cy")],
    )

    assert written_overrides(written, BERLIN) == [
        Span(at("2026-03-03T10:00"), at("2026-03-03T12:00"), "cy")
    ]


zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]
)
instants = st.integers(at("2026-02-20T00:00"), at("2027-02-20T00:00"))


@given(
    zone=zones,
    turn=st.sampled_from(["day", "week"]),
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 30]),
    begin=instants,
    hours=st.integers(1, 800),
)
def test_shifts_leave_no_hole_and_agree_with_each_instant(
    zone: str, turn: str, hour: int, minute: int, begin: int, hours: int
) -> None:
    written = body("ann", "bo", "cy", turn=turn, handover=f"{hour:02}:{minute:02}")
    one = Rota(written, ZoneInfo(zone))
    end = begin + hours * HOUR
    shifts = list(one.shifts(begin, end))

    assert (shifts[0].begin, shifts[-1].end) == (begin, end)
    for before, after in pairwise(shifts):
        assert before.end == after.begin
        assert before.member != after.member
    for shift in shifts:
        for instant in (shift.begin, (shift.begin + shift.end) // 2, shift.end - 1):
            there = one.at(instant)
            assert (there.member, there.cause) == (shift.member, shift.cause)

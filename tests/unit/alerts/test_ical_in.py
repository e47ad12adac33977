"""Shifts of iCal feeds: over changes of the clocks, whole days, moved and cancelled ones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from floorpulse.alerts.bridges.ical_in import Asked, FeedError, shifts

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def feed(*events: str) -> bytes:
    """A calendar of events, each its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        given = [line.strip() for line in event.strip().splitlines()]
        uid = [] if any(line.startswith("UID") for line in given) else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *uid, *given, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def told(text: bytes, begin: str, end: str, zone: ZoneInfo = BERLIN) -> list[tuple[str, str, str]]:
    """The shifts, as the rota's clock shows them."""

    def shown(instant: int) -> str:
        return datetime.fromtimestamp(instant / 1000, zone).isoformat(timespec="minutes")

    found = shifts(text, Asked(at(begin, zone), at(end, zone), zone))
    return [(shown(one.begin), shown(one.end), one.member) for one in found]


NIGHT = "DTSTART;TZID=Europe/Berlin:20261023T200000\nRRULE:FREQ=DAILY;COUNT=3\nSUMMARY:ann"


def test_twelve_hours_are_twelve_hours_in_the_night_in_which_clocks_go_back() -> None:
    """
    20:00 ── 23 Oct ── 08:00   20:00 ── 24 Oct, 02:59 shown twice ── 07:00
    """
    assert told(feed(f"{NIGHT}\nDURATION:PT12H"), "2026-10-23", "2026-10-25T12:00") == [
        ("2026-10-23T20:00+02:00", "2026-10-24T08:00+02:00", "ann"),
        ("2026-10-24T20:00+02:00", "2026-10-25T07:00+01:00", "ann"),
    ]


def test_a_shift_with_an_end_ends_at_that_time_of_day_on_every_day() -> None:
    text = feed(f"{NIGHT}\nDTEND;TZID=Europe/Berlin:20261024T080000")

    assert [end for _, end, _ in told(text, "2026-10-23", "2026-10-26T12:00")] == [
        "2026-10-24T08:00+02:00",
        "2026-10-25T08:00+01:00",
        "2026-10-26T08:00+01:00",
    ]


def test_a_day_of_duration_is_a_day_of_the_calendar_and_hours_beside_it_are_exact() -> None:
    text = feed("DTSTART;TZID=Europe/Berlin:20261024T200000\nDURATION:P1DT2H\nSUMMARY:ann")

    assert told(text, "2026-10-24", "2026-10-27") == [
        ("2026-10-24T20:00+02:00", "2026-10-25T22:00+01:00", "ann")
    ]


def test_whole_days_are_those_of_the_rotas_zone_and_their_end_is_the_day_after() -> None:
    text = feed("DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026\nSUMMARY:bo")
    shanghai = ZoneInfo("Asia/Shanghai")

    assert told(text, "2026-10-01", "2026-11-01", shanghai) == [
        ("2026-10-24T00:00+08:00", "2026-10-26T00:00+08:00", "bo")
    ]
    assert told(text, "2026-10-01", "2026-11-01") == [
        ("2026-10-24T00:00+02:00", "2026-10-26T00:00+01:00", "bo")
    ]


def test_one_day_without_an_end_is_a_day_and_one_moment_is_no_shift() -> None:
    text = feed(
        "DTSTART;VALUE=DATE:20261025\nSUMMARY:bo", "DTSTART:20261025T100000Z\nSUMMARY:nobody"
    )

    assert told(text, "2026-10-24", "2026-10-30") == [
        ("2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", "bo")
    ]


def test_a_time_without_a_zone_is_the_rotas() -> None:
    text = feed("DTSTART:20261101T090000\nDTEND:20261101T170000\nSUMMARY:cy")

    assert told(text, "2026-11-01", "2026-11-02") == [
        ("2026-11-01T09:00+01:00", "2026-11-01T17:00+01:00", "cy")
    ]


def test_a_misspelt_calendar_scale_takes_no_shift_away() -> None:
    # ics, a library that many feeds are written with, writes GEORGIAN
    text = feed("DTSTART:20261024T080000\nDURATION:PT8H\nSUMMARY:ann")
    misspelt = text.replace(b"VERSION:2.0\r\n", b"VERSION:2.0\r\nCALSCALE:GEORGIAN\r\n")

    assert told(misspelt, "2026-10-24", "2026-10-25") == told(text, "2026-10-24", "2026-10-25")
    assert len(told(misspelt, "2026-10-24", "2026-10-25")) == 1


def test_a_zone_that_nobody_knows_is_refused() -> None:
    text = feed("DTSTART;TZID=Moon/Base:20261101T090000\nDURATION:PT8H\nSUMMARY:cy")

    with pytest.raises(FeedError, match="event 0: its TZID 'Moon/Base' is no IANA zone"):
        told(text, "2026-11-01", "2026-11-02")


WEEKLY = "UID:w\nDTSTART;TZID=Europe/Berlin:20261102T090000\nDURATION:P7D\nRRULE:FREQ=WEEKLY"


def test_a_moved_week_stands_in_the_place_of_the_one_it_moves() -> None:
    moved = """UID:w
        RECURRENCE-ID;TZID=Europe/Berlin:20261109T090000
        DTSTART;TZID=Europe/Berlin:20261110T090000
        DTEND;TZID=Europe/Berlin:20261116T090000
        SUMMARY:bo"""

    assert told(feed(f"{WEEKLY}\nSUMMARY:ann", moved), "2026-11-03", "2026-11-17") == [
        ("2026-11-02T09:00+01:00", "2026-11-09T09:00+01:00", "ann"),
        ("2026-11-10T09:00+01:00", "2026-11-16T09:00+01:00", "bo"),
        ("2026-11-16T09:00+01:00", "2026-11-23T09:00+01:00", "ann"),
    ]


def test_a_cancelled_week_and_an_excluded_one_are_nobodys() -> None:
    cancelled = """UID:w
        RECURRENCE-ID;TZID=Europe/Berlin:20261109T090000
        DTSTART;TZID=Europe/Berlin:20261109T090000
        STATUS:CANCELLED"""
    excluded = "EXDATE;TZID=Europe/Berlin:20261116T090000"
    text = feed(f"{WEEKLY}\n{excluded}\nSUMMARY:ann", cancelled)

    assert [begin[:10] for begin, _, _ in told(text, "2026-11-03", "2026-11-24")] == [
        "2026-11-02",
        "2026-11-23",
    ]


def test_a_cancelled_event_is_nobodys() -> None:
    assert told(feed(f"{WEEKLY}\nSTATUS:CANCELLED"), "2026-11-03", "2026-11-24") == []


def test_a_start_beside_its_rule_is_read_where_its_zone_is_told() -> None:
    # 1 November 2026 is a Sunday
    rule = "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1\nDURATION:PT8H\nSUMMARY:ann"
    text = feed(f"DTSTART;TZID=Europe/Berlin:20261101T080000\n{rule}")

    assert told(text, "2026-11-01", "2026-11-20") == [
        ("2026-11-02T08:00+01:00", "2026-11-02T16:00+01:00", "ann")
    ]


def test_a_rule_in_utc_that_begins_with_its_start_is_read() -> None:
    rule = "RRULE:FREQ=WEEKLY;BYDAY=SU,MO;COUNT=2\nDURATION:PT8H\nSUMMARY:ann"

    assert len(told(feed(f"DTSTART:20261101T220000Z\n{rule}"), "2026-11-01", "2026-11-20")) == 2


def test_an_end_in_utc_is_read_on_the_events_own_clock() -> None:
    text = feed(
        "DTSTART;TZID=Asia/Shanghai:20261101T090000\nDURATION:PT8H\nSUMMARY:ann\n"
        "RRULE:FREQ=DAILY;UNTIL=20261103T010000Z"
    )

    assert len(told(text, "2026-10-01", "2026-12-01")) == 3


def test_a_last_day_without_a_time_is_included() -> None:
    text = feed(
        "DTSTART;VALUE=DATE:20261101\nSUMMARY:ann\nRRULE:FREQ=DAILY;UNTIL=20261103",
        "DTSTART:20261101T090000\nDURATION:PT1H\nSUMMARY:bo\nRRULE:FREQ=DAILY;UNTIL=20261102T090000",
    )

    assert [who for _, _, who in told(text, "2026-10-01", "2026-12-01")] == [
        "ann",
        "bo",
        "ann",
        "bo",
        "ann",
    ]


def test_further_dates_are_shifts_too() -> None:
    text = feed(
        "DTSTART:20261101T090000Z\nDURATION:PT1H\nSUMMARY:ann\nRDATE:20261103T090000Z,20261105T090000Z"
    )

    assert len(told(text, "2026-10-01", "2026-12-01")) == 3


def test_a_shift_in_an_hour_that_does_not_exist_begins_behind_it() -> None:
    text = feed("DTSTART;TZID=Europe/Berlin:20260329T023000\nDURATION:PT2H\nSUMMARY:ann")

    assert told(text, "2026-03-29", "2026-03-30") == [
        ("2026-03-29T03:30+02:00", "2026-03-29T05:30+02:00", "ann")
    ]


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ("SUMMARY:ann", "it has no DTSTART"),
        ("DTSTART:20261101T090000Z\nRRULE:FREQ=SECONDLY", "repeats within a day"),
        ("DTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;BYMINUTE=1,2", "repeats within a day"),
        ("DTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL of its RRULE is 0"),
        ("DTSTART:20261101T090000Z\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "several RRULE"),
        ("DTSTART:20261101T090000Z\nRRULE:FREQ=DAILY;BYDAY=XX", "RRULE"),
        ("DTSTART:20261101T220000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO", "write it with its TZID"),
        (
            "DTSTART:20261101T090000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261101T090000Z",
            "its RANGE is not read",
        ),
        (
            "DTSTART:20261101T090000Z\nRDATE;VALUE=PERIOD:20261101T090000Z/PT1H",
            "it has a PERIOD",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_and_says_which_event(event: str, problem: str) -> None:
    with pytest.raises(FeedError, match=problem):
        told(feed(event), "2026-10-01", "2026-12-01")


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(FeedError, match="no iCalendar"):
        told(b"<html>", "2026-10-01", "2026-12-01")


def test_a_feed_with_too_many_events_is_refused() -> None:
    with pytest.raises(FeedError, match="more than 2000 events"):
        told(feed(*["DTSTART:20261101T090000Z"] * 2001), "2026-10-01", "2026-12-01")


def test_instants_are_the_same_in_every_zone() -> None:
    text = feed("DTSTART:20261101T090000Z\nDURATION:PT1H\nSUMMARY:ann")
    (one,) = shifts(text, Asked(at("2026-11-01"), at("2026-11-02"), BERLIN))

    assert datetime.fromtimestamp(one.begin / 1000, UTC).hour == 9

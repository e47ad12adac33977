"""The shifts of a rota as an iCalendar, read back by a library that is not ours."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as some
from icalendar import Calendar

from floorpulse.alerts.domain.ical_out import LINE, Published, calendar, folded
from floorpulse.alerts.domain.rotas import Cause, Shift

AT = 1_794_360_600_000
HOUR = 3_600_000
ROTA = Published("demo", "leads", "Leads, day; night", {"zhang": "张伟, \\ lead\nsenior"})
SHIFTS = (
    Shift(AT, AT + HOUR, "zhang", Cause.TURN),
    Shift(AT + HOUR, AT + 2 * HOUR, None, Cause.CLOSED),
    Shift(AT + 2 * HOUR, AT + 3 * HOUR, "li", Cause.OVERRIDE),
)


def test_each_shift_with_somebody_is_an_event_from_its_begin_to_its_end() -> None:
    read: Any = Calendar.from_ical(calendar(ROTA, SHIFTS, AT))
    first, second = read.walk("VEVENT")

    assert (first["DTSTART"].dt, first["DTEND"].dt) == (
        datetime(2026, 11, 11, 1, 30, tzinfo=UTC),
        datetime(2026, 11, 11, 2, 30, tzinfo=UTC),
    )
    assert first["SUMMARY"] == "张伟, \\ lead\nsenior"
    assert second["SUMMARY"] == "li"
    assert "X-WR-CALNAME:Leads\\, day\\; night\r\n" in calendar(ROTA, SHIFTS, AT)


def test_an_event_keeps_its_name_for_as_long_as_its_shift_is_the_same() -> None:
    uids = [
        [str(one["UID"]) for one in Calendar.from_ical(calendar(ROTA, SHIFTS, now)).walk("VEVENT")]
        for now in (AT, AT + HOUR)
    ]

    assert uids[0] == uids[1]
    assert len(set(uids[0])) == 2


@given(some.text(some.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_folded_line_is_the_line_in_parts_of_seventy_five_octets(text: str) -> None:
    parts = list(folded(text))

    assert all(len(part.encode()) <= LINE for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == text
    assert all(part.startswith(" ") for part in parts[1:])


def test_a_long_line_goes_on_behind_a_space() -> None:
    assert list(folded("a" * 80)) == ["a" * 75, " " + "a" * 5]
    assert list(folded("值" * 30)) == ["值" * 25, " " + "值" * 5]

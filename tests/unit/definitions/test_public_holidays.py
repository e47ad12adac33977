"""Calendars made of public holidays: days off, make-up workdays, years that nobody knows yet."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from floorpulse.cli.app import app
from floorpulse.definitions.adapters.holidays_library import public_holidays
from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.calendars import calendar_of
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.public_holidays import (
    NotAnnouncedError,
    PublicHolidays,
    calendar_text,
    refuse_estimated,
    refuse_unannounced,
)

GOLDEN = (Path(__file__).parent / "golden" / "calendar_cn_2026.yaml").read_text(encoding="utf-8")
ALL_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Known(dict[date, str]):
    """A year of a place, as the library gives it."""

    default_language = "en_US"
    supported_languages = ("en_US", "hu")
    weekend = frozenset({5, 6})
    weekend_workdays = frozenset({date(2026, 1, 10), date(2025, 5, 17)})


class Library(ModuleType):
    """The library, as far as it is used; it remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("holidays")
        self.asked: list[tuple[str, str | None, Sequence[str] | None]] = []

    def country_holidays(
        self,
        country: str,
        *,
        subdiv: str | None,
        years: range,
        language: str | None,
        categories: Sequence[str] | None,
    ) -> Known:
        self.asked.append((country, language, categories))
        if country == "XX" or subdiv is not None:
            message = f"Entity `{country}` is not available"
            raise NotImplementedError(message)
        assert list(years) == [2025, 2026, 2027]
        day_off = "Pihenőnap" if language == "hu" else "Day off (substituted from 01/10/2026)"
        estimated = {date(2026, 3, 20): "Eid al-Fitr (estimated)"} if country == "ID" else {}
        return Known({date(2026, 1, 2): day_off, date(2026, 12, 26): "Boxing Day"} | estimated)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    fake = Library()
    monkeypatch.setitem(sys.modules, "holidays", fake)
    return fake


def asked(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["definitions", "calendar", *words])
    return done.exit_code, done.output


def body_of(text: str) -> CalendarBody:
    whole = f"tenant: demo\nabout:\n  - {{names: {{en: Demo}}, calendar: office}}\n{text}"
    checked = check({"demo.yaml": whole})
    assert not checked.mistakes
    [body] = [one.body for one in checked.entries if isinstance(one.body, CalendarBody)]
    return body


def test_china_of_2026_is_as_the_state_council_announced_it() -> None:
    """Notice of the State Council's General Office of 2025-11-04, on holidays in 2026: 33 days off
    and six make-up workdays; days off on weekends need no word.
    """
    calendar = calendar_of(body_of(GOLDEN))
    spring = [day for day in range(13, 30) if day < 29 and calendar.hours(date(2026, 2, day))]

    assert spring == [13, 14, 24, 25, 26, 27, 28]
    assert [day for day in range(1, 12) if calendar.hours(date(2026, 10, day))] == [8, 9, 10]
    assert sorted(calendar.workdays) == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_a_make_up_workday_works_the_hours_of_the_day_it_stands_in_for() -> None:
    body = body_of(GOLDEN)

    assert body.workdays["2026-01-04"] == "friday"
    assert "2026-01-02" in body.holidays
    assert body.workdays["2026-02-28"] == "monday"
    assert "2026-02-23" in body.holidays


def test_the_library_still_says_what_is_recorded() -> None:
    pytest.importorskip("holidays", reason="needs the extra `calendars`")

    assert asked("--country", "CN", "--year", "2026", "--id", "office") == (0, GOLDEN)


def test_holidays_on_closed_days_need_no_word() -> None:
    names = {date(2026, 12, 25): "圣诞节", date(2026, 12, 26): "Boxing Day"}
    lines = list(calendar_text("office", 2026, ["09:00-18:00"], PublicHolidays(names, names)))

    assert lines[-2:] == ["    holidays:", '      2026-12-25: "圣诞节"']


def test_a_long_name_is_cut_to_what_definitions_take() -> None:
    names = {date(2026, 12, 25): "x" * 100}
    text = "\n".join(calendar_text("office", 2026, ["09:00-18:00"], PublicHolidays(names, names)))

    assert body_of(text).holidays == {"2026-12-25": "x" * 80}


def test_a_country_without_holidays_has_hours_only() -> None:
    always = PublicHolidays({}, {}, weekend=frozenset())

    lines = list(calendar_text("open", 2026, ["09:00-12:00", "13:00-18:00"], always))

    assert lines[3:] == [f'      {day}: ["09:00-12:00", "13:00-18:00"]' for day in ALL_WEEK]


def test_days_of_other_years_are_left_out() -> None:
    names = {date(2025, 12, 25): "Christmas", date(2026, 12, 25): "Christmas"}
    found = PublicHolidays(names, names, workdays=frozenset({date(2025, 1, 4)}))

    assert "2025" not in "".join(calendar_text("office", 2026, ["09:00-18:00"], found))


def test_a_workday_can_stand_in_for_a_day_of_the_next_year() -> None:
    english = {date(2027, 1, 1): "Day off (substituted from 12/26/2026)"}
    found = PublicHolidays({}, english, workdays=frozenset({date(2026, 12, 26)}))

    assert list(calendar_text("office", 2026, ["09:00-18:00"], found))[-1] == (
        "      2026-12-26: friday"
    )


def test_a_make_up_workday_of_unknown_hours_is_refused() -> None:
    found = PublicHolidays({}, {}, workdays=frozenset({date(2026, 1, 4)}))

    with pytest.raises(NotAnnouncedError, match="2026-01-04 works: write the calendar by hand"):
        list(calendar_text("office", 2026, ["09:00-18:00"], found))


def test_years_that_are_not_announced_are_refused() -> None:
    refuse_unannounced("CN", 2026)
    refuse_unannounced("DE", 2031)

    with pytest.raises(NotAnnouncedError, match="known until 2026, those of 2027 would be a guess"):
        refuse_unannounced("CN", 2027)


def test_holidays_that_wait_for_the_moon_are_refused() -> None:
    names = {date(2026, 3, 20): "Eid al-Fitr (estimated)", date(2027, 1, 1): "New Year"}

    refuse_estimated("ID", 2027, PublicHolidays(names, names))
    with pytest.raises(NotAnnouncedError, match="1 holidays of ID in 2026 are estimates"):
        refuse_estimated("ID", 2026, PublicHolidays(names, names))


# ------------------------------------------------------------- the command


def test_the_command_prints_a_calendar_that_the_check_takes(library: Library) -> None:
    status, output = asked(
        "--country", "hu", "--year", "2026", "--language", "hu", "--id", "office"
    )

    assert status == 0
    assert body_of(output).holidays == {"2026-01-02": "Pihenőnap"}
    assert body_of(output).workdays == {"2026-01-10": "friday"}
    assert [language for _, language, _ in library.asked] == ["en_US", "hu"]


def test_a_calendar_is_called_after_country_and_year(library: Library) -> None:
    assert "  - id: hu-2026\n" in asked("--country", "HU", "--year", "2026")[1]
    assert library.asked[-1][1] == "en_US"


def test_hong_kong_has_good_friday_among_its_optional_days(library: Library) -> None:
    public_holidays("HK", None, 2026, None)

    assert {categories for _, _, categories in library.asked} == {("public", "optional")}


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--country", "CN", "--year", "2027"], "known until 2026"),
        (["--country", "ID", "--year", "2026"], "are estimates"),
        (["--country", "XX", "--year", "2026"], "Entity `XX` is not available"),
        (["--country", "HU", "--year", "2026", "--subdivision", "Q"], "Entity `HU` is not"),
        (["--country", "HU", "--year", "2026", "--language", "fr"], "known are: en_US, hu"),
        (["--country", "HU", "--year", "2026", "--hours", "9-18"], "'9-18' is no span of hours"),
    ],
)
def test_what_is_not_known_is_said(words: list[str], problem: str) -> None:
    status, output = asked(*words)

    assert status == 1
    assert problem in output


def test_without_the_library_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)

    assert asked("--country", "HU", "--year", "2026") == (
        1,
        "the library `holidays` is not installed: pip install 'floorpulse[calendars]'\n",
    )

"""Public holidays from the library `holidays` (the extra `calendars`).

Its traps, seen in 0.109: years that nobody has announced come without a word, with guessed days;
an own calendar merged into it loses all make-up workdays, so these are read from what it gives
first; names follow the machine's language unless one is asked for; Hong Kong's Good Friday is only
in the category `optional`.
"""

from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Any

from floorpulse.definitions.domain.public_holidays import PublicHolidays

CATEGORIES = {"HK": ("public", "optional")}
"""Categories of countries whose general holidays are not all `public`"""
_ENGLISH = "en_US"


class LibraryMissingError(Exception):
    """The library is not installed; the message says what to do."""


class UnknownPlaceError(Exception):
    """The library does not know the country, its part or the language."""


def public_holidays(
    country: str, subdivision: str | None, year: int, language: str | None
) -> PublicHolidays:
    """The days off and make-up workdays of a country or a part of it, around a year.

    The days of the years beside it are there too, for a workday can stand in for a day of another
    year.
    """
    library = _library()
    years = range(year - 1, year + 2)
    english = _read(library, country, subdivision, years, _ENGLISH)
    wanted = language or english.default_language
    _refuse_language(english, country, wanted)
    named = _read(library, country, subdivision, years, wanted)
    return PublicHolidays(
        names=dict(named.items()),
        english=dict(english.items()),
        workdays=frozenset(day for day in named.weekend_workdays if type(day) is date),
        weekend=frozenset(named.weekend),
    )


def _library() -> ModuleType:
    try:
        return import_module("holidays")
    except ModuleNotFoundError as missing:
        message = "the library `holidays` is not installed: pip install 'floorpulse[calendars]'"
        raise LibraryMissingError(message) from missing


def _read(
    library: ModuleType, country: str, subdivision: str | None, years: range, language: str | None
) -> Any:
    categories = CATEGORIES.get(country)
    try:
        return library.country_holidays(
            country, subdiv=subdivision, years=years, language=language, categories=categories
        )
    except NotImplementedError as unknown:
        raise UnknownPlaceError(str(unknown)) from unknown


def _refuse_language(known: Any, country: str, language: str | None) -> None:
    """The library takes languages that it does not know, and answers in another."""
    languages = known.supported_languages
    if language is not None and languages and language not in languages:
        message = f"{country} has no names in {language}; known are: {', '.join(languages)}"
        raise UnknownPlaceError(message)

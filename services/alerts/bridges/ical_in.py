"""Shifts of an iCal feed: its events within a span, each with the name that its summary is.

The library `icalendar` (extra `ical`) reads the text, `dateutil` repeats. What is made of it is
decided here, for libraries differ from one another and from RFC 5545 where clocks change:

    DURATION:PT12H    12 hours, also over the night in which clocks change (RFC 5545, 3.3.6)
    DTEND             each occurrence ends at the same time of day, as calendars show it
    DTSTART of a day  from midnight to midnight in the rota's zone; DTEND is the day after the last
    without a zone    the rota's zone
    unknown TZID      refused, rather than taken for the rota's zone without a word
    UTC off its rule  refused: a program lost the zone, so the rule's days are not those it shows
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice, takewhile
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from floorpulse.alerts.domain.rotas import Span

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
FINER = ("BYHOUR", "BYMINUTE", "BYSECOND")
READ = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
MOST_EVENTS = 2000
MOST_OCCURRENCES = 1000
"""Of one event within the span that is asked for"""
DAY = timedelta(days=1)
MISSING = "reading iCal feeds needs the extra: pip install 'floorpulse[ical]'"


class FeedError(ValueError):
    """A feed that cannot be used, and why; what was read of it before holds."""


@dataclass(frozen=True)
class Asked:
    """The span that is asked for, epoch milliseconds, and the rota's zone."""

    begin: int
    end: int
    zone: ZoneInfo

    def wall(self, at: int, zone: tzinfo) -> datetime:
        """An instant on the clock of a zone."""
        return datetime.fromtimestamp(at / 1000, zone).replace(tzinfo=None)


def shifts(text: bytes, asked: Asked) -> list[Span]:
    """The shifts that touch the span, by their begin; `member` is the summary as it stands.

    Raises `FeedError`.
    """
    events = [FeedEvent(one, asked.zone) for one in _events(text)]
    replaced = {(one.uid, one.replaces) for one in events if one.replaces is not None}
    found = [
        Span(begin, end, event.summary)
        for event in events
        if not event.is_cancelled
        for begin, end in event.occurrences(asked)
        if event.replaces is not None or (event.uid, begin) not in replaced
    ]
    within = [one for one in found if one.begin < asked.end and one.end > asked.begin]
    return sorted(
        (one for one in within if one.begin < one.end),
        key=lambda span: (span.begin, span.end, span.member),
    )


def _events(text: bytes) -> list[Any]:
    try:
        from icalendar import Calendar  # noqa: PLC0415  an extra
    except ModuleNotFoundError as absent:
        raise FeedError(MISSING) from absent
    try:
        events = list(islice(Calendar.from_ical(text).walk("VEVENT"), MOST_EVENTS + 1))
    except ValueError as wrong:
        message = f"it is no iCalendar: {wrong}"
        raise FeedError(message) from wrong
    if len(events) > MOST_EVENTS:
        message = f"it has more than {MOST_EVENTS} events: leave out old ones"
        raise FeedError(message)
    return events


class FeedEvent:
    """One VEVENT, read in the rota's zone; each question raises `FeedError` where it makes no
    sense.
    """

    def __init__(self, component: Any, zone: ZoneInfo) -> None:
        self._component = component
        self._zone = zone
        self.uid = str(component.get("UID", ""))
        self.summary = str(component.get("SUMMARY", "")).strip()
        self.is_cancelled = str(component.get("STATUS", "")).upper() == "CANCELLED"
        for name, problem in component.errors:
            if name in READ:
                self._refuse(f"its {name} cannot be read: {problem}")

    @property
    def replaces(self) -> int | None:
        """The begin of the occurrence that this event moves or cancels; None of all others."""
        stood = self._component.get("RECURRENCE-ID")
        if stood is None:
            return None
        if stood.params.get("RANGE"):
            self._refuse("its RANGE is not read; split the series")
        return _milliseconds(self._moment(stood))

    def occurrences(self, asked: Asked) -> Iterator[tuple[int, int]]:
        """Begin and end of each occurrence that may touch the span, epoch milliseconds."""
        given = self._component.get("DTSTART")
        if given is None:
            self._refuse("it has no DTSTART")
        first = self._moment(given)
        end_of = self._ending(first, given)
        for wall in self._walls(first, end_of(first) - first, asked):
            begin = wall.replace(tzinfo=first.tzinfo)
            yield _milliseconds(begin), _milliseconds(end_of(begin))

    def _walls(self, first: datetime, length: timedelta, asked: Asked) -> list[datetime]:
        """When it begins, on its own clock."""
        zone = first.tzinfo or self._zone
        begin = first.replace(tzinfo=None)
        rule = self._component.get("RRULE")
        if rule is None:
            return sorted({begin, *self._dates("RDATE", zone)})
        self._insist_on_days(rule)
        since = asked.wall(asked.begin, zone) - length - DAY
        last = min(asked.wall(asked.end, zone), self._until(rule, zone))
        plain = ";".join(
            word for word in rule.to_ical().decode().split(";") if not word.startswith("UNTIL=")
        )
        try:
            repeats = rrulestr(plain, dtstart=begin)
            self._insist_on_its_zone(next(iter(repeats), None) == begin)
            repeated = repeats.xafter(since, MOST_OCCURRENCES, inc=True)
            within = set(takewhile(lambda wall: wall <= last, repeated))
        except ValueError as wrong:
            self._refuse(f"its RRULE cannot be read: {wrong}", wrong)
        return sorted((within | self._dates("RDATE", zone)) - self._dates("EXDATE", zone))

    def _ending(self, first: datetime, given: Any) -> Callable[[datetime], datetime]:
        """The end of the occurrence that has this begin."""
        whole_days = not isinstance(given.dt, datetime)
        if "DTEND" in self._component:
            end = self._moment(self._component["DTEND"])
            nominal = end.replace(tzinfo=None) - first.astimezone(end.tzinfo).replace(tzinfo=None)
            return lambda begin: _later(begin.astimezone(end.tzinfo), nominal)
        length = self._component["DURATION"].dt if "DURATION" in self._component else None
        if length is None:
            length = DAY if whole_days else timedelta()
        days = timedelta(days=length.days)
        return lambda begin: _later(begin, days).astimezone(UTC) + (length - days)

    def _dates(self, name: str, zone: tzinfo) -> set[datetime]:
        """The moments of EXDATE or RDATE, on the event's own clock."""
        given = self._component.get(name, [])
        found: set[datetime] = set()
        for some in given if isinstance(given, list) else [given]:
            for one in some.dts:
                one.params.update(some.params)
                found.add(self._moment(one).astimezone(zone).replace(tzinfo=None))
        return found

    def _insist_on_days(self, rule: Any) -> None:
        if isinstance(rule, list):
            self._refuse("it has several RRULE; write one event for each")
        if rule.get("FREQ", [""])[0] not in FREQUENCIES or any(name in rule for name in FINER):
            self._refuse(f"its RRULE repeats within a day; {', '.join(sorted(FREQUENCIES))}")
        if rule.get("INTERVAL", [1])[0] < 1:
            self._refuse("the INTERVAL of its RRULE is 0")

    def _insist_on_its_zone(self, begins_by_rule: bool) -> None:  # noqa: FBT001  the one question
        """A program that turns times into UTC and leaves the rule moves shifts to other days: then
        DTSTART, in UTC, is on none of the rule's.
        """
        if not begins_by_rule and self._component["DTSTART"].to_ical().endswith(b"Z"):
            self._refuse("its DTSTART, in UTC, is not one of its RRULE; write it with its TZID")

    def _until(self, rule: Any, zone: tzinfo) -> datetime:
        """The last moment of a rule, on the event's own clock; one in UTC is told so by RFC."""
        until = rule.get("UNTIL", [None])[0]
        if until is None:
            return datetime.max  # noqa: DTZ901  on the event's own clock
        if not isinstance(until, datetime):
            return datetime(until.year, until.month, until.day, 23, 59, 59)  # noqa: DTZ001  as above
        return until if until.tzinfo is None else until.astimezone(zone).replace(tzinfo=None)

    def _moment(self, given: Any) -> datetime:
        """A property as an aware moment."""
        at = given.dt
        if isinstance(at, date) and not isinstance(at, datetime):
            return datetime(at.year, at.month, at.day, tzinfo=self._zone)
        if not isinstance(at, datetime):
            self._refuse("it has a PERIOD where a moment is read")
        if at.tzinfo is None and "TZID" in given.params:
            name = given.params["TZID"]
            self._refuse(f"its TZID {name!r} is no IANA zone and the feed does not define it")
        return at if at.tzinfo is not None else at.replace(tzinfo=self._zone)

    def _refuse(self, problem: str, cause: Exception | None = None) -> NoReturn:
        message = f"event {self.uid or self.summary or 'without UID'}: {problem}"
        raise FeedError(message) from cause


def _later(begin: datetime, nominal: timedelta) -> datetime:
    """The same clock, so much later by what it shows."""
    return (begin.replace(tzinfo=None) + nominal).replace(tzinfo=begin.tzinfo)


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)

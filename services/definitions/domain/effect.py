"""Definitions without effect: whoever wrote one meant something that will not happen."""

from collections.abc import Iterator

from msgspec.structs import replace

from floorpulse.definitions.domain.bodies import (
    CalendarBody,
    ChannelBody,
    Kind,
    QueueBody,
    ServiceLevelBody,
    SourceBody,
    TargetBody,
    TenantBody,
    said,
)
from floorpulse.definitions.domain.calendars import WEEKDAYS, Calendar, calendar_of
from floorpulse.definitions.domain.floor import CALLED, DEFAULTS, Floor, since
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.on_call import RotaBody
from floorpulse.definitions.domain.on_call_effect import UNUSED, ineffective_on_call
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Grouping

_UNUSED = {
    Kind.CALENDAR: "name it as the `calendar` of the tenant, a queue, target, rule, rota or "
    "contract, or delete it",
    Kind.SITE: "name it as the `site` of a team, or delete it",
    Kind.TEAM: "name it as the `team` of a queue, or delete it",
    Kind.CLIENT: "name it as the `client` of a queue, or delete it",
    Kind.SERVICE_LEVEL: "name it as the `service_level` of a queue or the tenant, or delete it",
    Kind.CSAT: "name it as the `csat` of a queue or the tenant, or delete it",
    Kind.QA: "name it as the `qa` of a queue or the tenant, or delete it",
    **UNUSED,
}
_SCOPED = (Kind.TARGET, Kind.RULE)
"""Kinds that name queues and groups of them in their scope, which puts them to no use"""
_PLACES = (Kind.QUEUE, *(Kind(grouping.plural) for grouping in Grouping))


def ineffective(floor: Floor) -> Iterator[DefinitionMistake]:
    """What changes nothing. Call it on definitions whose meaning is right."""
    yield from _unused(floor)
    yield from _repeated_versions(floor)
    yield from _repeated_defaults(floor)
    yield from _repeated_targets(floor)
    yield from _speechless(floor)
    yield from _says_nothing(floor)
    yield from _without_calendar(floor)
    yield from ineffective_on_call(floor)
    for entry in floor.of(Kind.CALENDAR):
        if isinstance(entry.body, CalendarBody):  # pragma: no branch  all of that kind are
            yield from _calendar(floor, entry, entry.body)


def _is_fed(floor: Floor) -> bool:
    """Whether a rota is a feed: that may name any receiver."""
    bodies = (entry.body for entry in floor.of(Kind.ROTA))
    return any(isinstance(body, RotaBody) and body.ical is not None for body in bodies)


def _unused(floor: Floor) -> Iterator[DefinitionMistake]:
    used = {
        (one.kind, one.id)
        for one in floor.references()
        if one.entry.kind not in _SCOPED or one.kind not in _PLACES
    }
    for kind, remedy in _UNUSED.items():
        for name, versions in floor.versions[kind].items():
            if (kind, name) not in used and not (kind is Kind.RECEIVER and _is_fed(floor)):
                yield versions[0].mistake("", f"nobody uses this {CALLED[kind]}", remedy)


def _repeated_versions(floor: Floor) -> Iterator[DefinitionMistake]:
    for entry in floor.entries:
        following = floor.after(entry)
        if following is not None and said(following.body) == said(entry.body):
            problem = f"says the same as the version before it (line {entry.place.line})"
            yield following.mistake(
                "valid_from", problem, "change what you meant to change, or delete this version"
            )


def _repeated_defaults(floor: Floor) -> Iterator[DefinitionMistake]:
    tenants = floor.versions[Kind.TENANT].get("", [])
    for entry in floor.of(Kind.QUEUE):
        body = entry.body
        assert isinstance(body, QueueBody)  # noqa: S101  for the type checker: the kind says so
        defaults = {name: {getattr(one.body, name) for one in tenants} for name in DEFAULTS}
        for name, theirs in defaults.items():
            own = getattr(body, name)
            if own is not None and theirs == {own}:
                yield entry.mistake(name, f"repeats the tenant's default {own!r}", "leave it out")
        if body.service_level is not None and body.service_level_of.keys() == set(body.channels):
            yield entry.mistake(
                "service_level", "all channels have policies of their own", "leave it out"
            )
        whose, elsewhere = (
            ("queue's own", {body.service_level})
            if body.service_level
            else ("tenant's default", defaults["service_level"])
        )
        for channel, own in body.service_level_of.items():
            if elsewhere == {own}:
                yield entry.mistake(
                    f"service_level_of.{channel}", f"repeats the {whose} {own!r}", "leave it out"
                )


def _repeated_targets(floor: Floor) -> Iterator[DefinitionMistake]:
    first: dict[object, Entry] = {}
    for entry in floor.of(Kind.TARGET):
        body = entry.body
        assert isinstance(body, TargetBody)  # noqa: S101  as above
        twin = first.setdefault(
            (
                body.metric,
                body.comparison,
                repr(replace(body.scope, channels=sorted(body.scope.channels))),
                body.window,
                body.calendar,
                since(entry),
            ),
            entry,
        )
        if twin is not entry:
            problem = f"promises of the same figure what {twin.name} promises"
            yield entry.mistake(
                "", problem, "keep one of them, or give this one another scope or window"
            )


def _speechless(floor: Floor) -> Iterator[DefinitionMistake]:
    """Sources of which nothing is said, or two things that exclude each other."""
    for entry in floor.of(Kind.SOURCE):
        body = entry.body
        assert isinstance(body, SourceBody)  # noqa: S101  as above
        if body.retired and body.silence is not None:
            yield entry.mistake(
                "silence", "nobody waits for a retired source", "leave it out, or `retired`"
            )
        elif (
            not body.retired
            and body.silence is None
            and body.vendor is None
            and body.states_last is None
            and floor.versions[Kind.SOURCE][body.id][0] is entry
        ):
            yield entry.mistake(
                "",
                "says nothing of the source",
                "say its `vendor`, `retired: true` or how much `silence` is believed, or delete it",
            )


def _without_calendar(floor: Floor) -> Iterator[DefinitionMistake]:
    """Queues whose waits run by a calendar that there is not: by the wall clock, that is."""
    tenants = floor.versions[Kind.TENANT].get("", [])
    if any(isinstance(one.body, TenantBody) and one.body.calendar for one in tenants):
        return
    by_calendar = {
        one.id
        for one in floor.of(Kind.SERVICE_LEVEL)
        if isinstance(one.body, ServiceLevelBody) and one.body.clock == "calendar"
    }
    for entry in floor.of(Kind.QUEUE):
        body = entry.body
        assert isinstance(body, QueueBody)  # noqa: S101  as above
        for path, name in _levels(body):
            if name in by_calendar and body.calendar is None:
                yield entry.mistake(
                    path,
                    "its waits run by the calendar, and the queue has none",
                    "name its `calendar`, or one for the tenant",
                )


def _levels(body: QueueBody) -> Iterator[tuple[str, str | None]]:
    yield "service_level", body.service_level
    for channel, name in body.service_level_of.items():
        yield f"service_level_of.{channel}", name


def _says_nothing(floor: Floor) -> Iterator[DefinitionMistake]:
    """Channels of which nothing is said; a later version may take back what was."""
    for entry in floor.of(Kind.CHANNEL):
        body = entry.body
        assert isinstance(body, ChannelBody)  # noqa: S101  as above
        silent = body.longest_wait is None and body.longest_conversation is None
        if silent and floor.versions[Kind.CHANNEL][body.id][0] is entry:
            yield entry.mistake(
                "",
                "says nothing of the channel",
                "say its `longest_wait` or `longest_conversation`, or delete it",
            )


# ------------------------------------------------------------- calendars


def _calendar(floor: Floor, entry: Entry, body: CalendarBody) -> Iterator[DefinitionMistake]:
    calendar = calendar_of(body)
    if not any(body.hours.values()) and not any(body.exceptions.values()):
        yield entry.mistake(
            "hours",
            "it never opens",
            "write the hours of a weekday, such as `monday: [09:00-18:00]`",
        )
        return
    yield from _outside(floor, entry, body)
    yield from _shadowed(entry, body)
    yield from _ordinary(entry, calendar)


def _outside(floor: Floor, entry: Entry, body: CalendarBody) -> Iterator[DefinitionMistake]:
    """Days on which another version of the calendar is in force."""
    following = floor.after(entry)
    ends = "9999" if following is None else since(following)
    for section in ("holidays", "workdays", "exceptions"):
        for day in getattr(body, section):
            if not since(entry) <= day < ends:
                reach = f"from {since(entry) or 'ever'}" + (f" to {ends}" if following else " on")
                problem = f"this version is in force {reach} only"
                yield entry.mistake(
                    f"{section}.{day}", problem, "move the day to the version it is for"
                )


def _shadowed(entry: Entry, body: CalendarBody) -> Iterator[DefinitionMistake]:
    for weaker, stronger in (
        ("holidays", "exceptions"),
        ("workdays", "exceptions"),
        ("holidays", "workdays"),
    ):
        for day in getattr(body, weaker).keys() & getattr(body, stronger).keys():
            problem = f"`{stronger}` has the same day and outranks it"
            yield entry.mistake(f"{weaker}.{day}", problem, f"delete it here, or in `{stronger}`")


def _ordinary(entry: Entry, calendar: Calendar) -> Iterator[DefinitionMistake]:
    """Days that are what they would be without a word."""
    plain = Calendar(calendar.week)
    for day in sorted(calendar.holidays):
        if not plain.hours(day):
            yield entry.mistake(
                f"holidays.{day}", f"a {WEEKDAYS[day.weekday()]} is closed anyway", "delete it"
            )
    for day, like in calendar.workdays.items():
        if plain.hours(day) == plain.week[like]:
            problem = f"a {WEEKDAYS[day.weekday()]} has the hours of a {WEEKDAYS[like]} anyway"
            yield entry.mistake(
                f"workdays.{day}", problem, "delete it, or name the weekday whose hours it works"
            )
    for day, hours in calendar.exceptions.items():
        if plain.hours(day) == hours:
            problem = f"these are the hours of any {WEEKDAYS[day.weekday()]}"
            yield entry.mistake(f"exceptions.{day}", problem, "delete it, or write its own hours")

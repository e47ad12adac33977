"""What is right and yet worth a word: a calendar that ends soon, a critical rule that tells nobody,
hours in which nobody can be told, tiers of a contract with a gap between them.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from floorpulse.definitions.domain.bodies import CalendarBody, TenantBody
from floorpulse.definitions.domain.calendar_ends import known_until
from floorpulse.definitions.domain.calendars import MIDNIGHT, WEEKDAYS
from floorpulse.definitions.domain.contract_notes import contract_notes
from floorpulse.definitions.domain.floor import Floor, floors
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.on_call import EscalationBody, Severity
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import Hours, Surroundings, entries_of

SOON = timedelta(days=30)
"""How long before its end a calendar is told of"""
Minutes = set[int]
"""Minutes of a week without special days"""


def remarks(entries: Iterable[Entry], today: date) -> list[DefinitionMistake]:
    """What is worth a word about definitions with which nothing is wrong."""
    return sorted(one for floor in floors(entries) for one in _remarks(floor, today))


def _remarks(floor: Floor, today: date) -> Iterator[DefinitionMistake]:
    yield from _ending(floor, today)
    yield from _silent(floor)
    yield from _from_outside(floor)
    yield from _gaps(floor)
    yield from contract_notes(floor)


def _ending(floor: Floor, today: date) -> Iterator[DefinitionMistake]:
    versions: dict[str, list[tuple[Entry, CalendarBody]]] = {}
    for entry, body in entries_of(floor, CalendarBody):
        versions.setdefault(body.id, []).append((entry, body))
    for known in versions.values():
        end = known_until(body for _, body in known)
        if end is not None and end - SOON <= today:
            problem = f"its holidays are known until {end} only"
            remedy = (
                f"add those of {end.year + 1}: `floorpulse definitions calendar` prints them once "
                "they are announced"
            )
            yield known[-1][0].mistake("holidays", problem, remedy)


def _silent(floor: Floor) -> Iterator[DefinitionMistake]:
    default = any(body.escalation for _, body in entries_of(floor, TenantBody))
    for entry, body in entries_of(floor, RuleBody):
        if body.severity is Severity.CRITICAL and body.escalation is None and not default:
            problem = "is critical and tells nobody"
            yield entry.mistake("", problem, "name an `escalation`, or let the tenant name one")


def _from_outside(floor: Floor) -> Iterator[DefinitionMistake]:
    """Policies and times for acknowledgements that only alerts from outside can come to use, whose
    labels name a policy.
    """
    defaults = {body.escalation for _, body in entries_of(floor, TenantBody)}
    rules = [body for _, body in entries_of(floor, RuleBody)]
    for entry, policy in entries_of(floor, EscalationBody):
        theirs = {str(one.severity) for one in rules if one.escalation == policy.id}
        if policy.id in defaults:
            continue
        if not theirs:
            problem = "no rule names this policy, only alerts from outside can"
            yield entry.mistake("", problem, "name it as the `escalation` of a rule, if one should")
            continue
        for severity in sorted((entry.place.plain().get("acknowledgement") or {}).keys() - theirs):
            problem = f"no rule that names this policy is of severity {severity}"
            yield entry.mistake(f"acknowledgement.{severity}", problem, "leave it out, if none is")


# ------------------------------------------------------------- hours in which nobody is told


def _gaps(floor: Floor) -> Iterator[DefinitionMistake]:
    around = Surroundings(floor)
    for entry, policy in entries_of(floor, EscalationBody):
        wanted = _minutes(around.hours_of_users(entry.id))
        told: Minutes = set()
        for step in policy.steps:
            for choice in around.available(step):
                told |= wanted.intersection(*(_minutes((one,) for one in each) for each in choice))
        gaps = list(_spans(wanted - told))
        if gaps:
            rest = len(gaps) - 1
            more = f" and {rest} more span{'s' * (rest > 1)} a week" if rest else ""
            problem = f"rules hold while nobody can be told: {gaps[0]}{more}"
            remedy = "let a step tell somebody then too, if that is not meant"
            yield entry.mistake("steps", problem, remedy)


def _minutes(choices: Iterable[Hours]) -> Minutes:
    """The minutes of a plain week at which all calendars of one of the choices are open."""
    found: Minutes = set()
    for together in choices:
        each = [one.week for one in together if one is not None]
        weeks = [
            {
                day * MIDNIGHT + minute
                for day, spans in enumerate(week)
                for hours in spans
                for minute in range(hours.since, hours.until)
            }
            for week in each
        ]
        found |= set(range(len(WEEKDAYS) * MIDNIGHT)).intersection(*weeks)
    return found


def _spans(minutes: Minutes) -> Iterator[str]:
    """Minutes as spans of a day, such as `monday 18:00-24:00`."""
    for begin in sorted(one for one in minutes if one % MIDNIGHT == 0 or one - 1 not in minutes):
        day, since = divmod(begin, MIDNIGHT)
        until = since
        while until < MIDNIGHT and day * MIDNIGHT + until in minutes:
            until += 1
        yield f"{WEEKDAYS[day]} {_clock(since)}-{_clock(until)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

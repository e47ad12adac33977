"""What an escalation policy and a rota mean by themselves: steps that tell somebody, one after the
other, and turns that can be taken.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import available_timezones

import msgspec

from floorpulse.definitions.domain.instants import is_day, nearest_zone, time_of_day
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.on_call import (
    EscalationBody,
    EscalationStep,
    RotaBody,
    RotaOverride,
)
from floorpulse.definitions.domain.shape import Entry


def impossible_escalation(entry: Entry, body: EscalationBody) -> Iterator[DefinitionMistake]:
    """What an escalation policy cannot mean."""
    for level, step in enumerate(body.steps):
        yield from _step(entry, f"steps[{level}]", step)
        if step.wait == 0 and level + 1 < len(body.steps):
            remedy = "write how long the one has before the next, or put the targets into one step"
            yield entry.mistake(
                f"steps[{level}].wait", "the next step is told at the same time", remedy
            )
    if body.repeat and not any(step.wait for step in body.steps):
        problem = f"{body.repeat + 1} rounds without a wait are told at the same time"
        yield entry.mistake("repeat", problem, "write the `wait` of a step, or `repeat: 0`")
    for severity, seconds in msgspec.structs.asdict(body.acknowledgement).items():
        if seconds == 0:
            problem = "an acknowledgement that ends at once stops nothing"
            remedy = "write how many seconds it holds, such as 1800"
            yield entry.mistake(f"acknowledgement.{severity}", problem, remedy)


def _step(entry: Entry, path: str, step: EscalationStep) -> Iterator[DefinitionMistake]:
    seen = set()
    for number, target in enumerate(step.targets):
        where = f"{path}.targets[{number}]"
        if (target.rota is None) is (target.receiver is None):
            problem = "names nobody" if target.rota is None else "names a rota and a receiver"
            remedy = "write `rota: NAME` or `receiver: NAME`; each is a target of its own"
            yield entry.mistake(where, problem, remedy)
        elif target in seen:
            problem = f"tells {target.rota or target.receiver!r} twice in one step"
            yield entry.mistake(where, problem, "name it once")
        seen.add(target)
    if not step.skip_if_empty and not any(target.rota for target in step.targets):
        problem = "a receiver is always there, so the step is never empty"
        yield entry.mistake(f"{path}.skip_if_empty", problem, "leave it out")


# ------------------------------------------------------------- rotas


def impossible_rota(entry: Entry, body: RotaBody) -> Iterator[DefinitionMistake]:
    """What a rota cannot mean."""
    if body.zone is not None and body.zone not in available_timezones():
        problem = f"{body.zone!r} is no IANA time zone"
        yield entry.mistake("zone", problem, nearest_zone(body.zone))
    if not is_day(body.starts):
        problem = f"{body.starts} is no day of any calendar"
        yield entry.mistake("starts", problem, "write year-month-day, such as 2026-10-01")
    if time_of_day(body.handover) is None:
        problem = f"{body.handover} is no time of day"
        yield entry.mistake("handover", problem, "write 00:00 to 23:59, such as 09:00")
    yield from _turns(entry, body)
    yield from _overrides(entry, body)


def _turns(entry: Entry, body: RotaBody) -> Iterator[DefinitionMistake]:
    if not body.members and body.ical is None:
        remedy = "write `members: [NAME]`, or the `ical` feed that says who"
        yield entry.mistake("", "has no members, so nobody is ever on call", remedy)
    elif body.members and body.ical is not None:
        problem = "the feed says who is on call, so members take no turns"
        yield entry.mistake("members", problem, "leave out `members`, or `ical`")
    elif len(body.members) > 1 and len(set(body.members)) == 1:
        problem = f"{body.members[0]!r} takes turns with nobody else"
        yield entry.mistake("members", problem, "write the name once, or the others too")
    if body.ical is not None and not body.ical.startswith("https://"):
        problem = "is no https:// address of a feed"
        yield entry.mistake("ical", problem, "write one such as https://example.org/oncall.ics")


def _overrides(entry: Entry, body: RotaBody) -> Iterator[DefinitionMistake]:
    known: list[tuple[datetime, datetime, int]] = []
    for number, override in enumerate(body.overrides):
        path = f"overrides[{number}]"
        wrong = list(_span(entry, path, override))
        yield from wrong
        if wrong:
            continue
        begin = datetime.fromisoformat(override.begin)
        end = datetime.fromisoformat(override.end)
        if is_day(body.starts) and override.end <= body.starts:
            problem = f"ends before the rota starts on {body.starts}"
            yield entry.mistake(path, problem, "delete it, or let the rota start earlier")
        other = next((n for b, e, n in known if begin < e and b < end), None)
        if other is not None:
            problem = f"overlaps with overrides[{other}] (line {_line(entry, other)})"
            yield entry.mistake(path, problem, "let one end where the other begins")
        known.append((begin, end, number))


def _span(entry: Entry, path: str, override: RotaOverride) -> Iterator[DefinitionMistake]:
    wrong = False
    for field in ("begin", "end"):
        text = getattr(override, field)
        if not is_day(text[:10]) or time_of_day(text[11:]) is None:
            wrong = True
            problem = f"{text} is no instant"
            remedy = "write a day and a time from 00:00 to 23:59, such as 2026-11-11T09:00"
            yield entry.mistake(f"{path}.{field}", problem, remedy)
    if not wrong and override.end <= override.begin:
        problem = f"ends at {override.end}, not after it begins"
        yield entry.mistake(f"{path}.end", problem, "write a later end")


def _line(entry: Entry, number: int) -> int:
    return entry.place.at(["overrides", str(number)]).line

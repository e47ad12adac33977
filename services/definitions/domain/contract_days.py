"""The days of a contract as they can be meant: a version's validity, phases without gaps,
exemptions within it.

version     valid_from ├──────────────────────────────────┤ last_day, or the next version
phases                 ├ onboarding ┤├ operation ┤  gap  ├ exit ┤
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.domain.contract_terms import ContractBody, ExemptionBody, PhaseBody
from floorpulse.definitions.domain.instants import is_day
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.shape import Entry

_LAST = "9999-12-31"
_NO_DAY = "write year-month-day, such as 2026-10-01"


def day_mistakes(
    entry: Entry, contract: ContractBody, next_version: str | None
) -> Iterator[DefinitionMistake]:
    """What the days of a contract cannot mean; `next_version` is the first day of the version that
    replaces it.
    """
    wrong = list(_no_days(entry, contract))
    yield from wrong
    if wrong:
        return
    if contract.valid_from and contract.last_day and contract.last_day < contract.valid_from:
        problem = f"ends on {contract.last_day}, before it begins"
        yield entry.mistake("last_day", problem, f"write {contract.valid_from} or later")
        return
    yield from _phases(entry, contract, ends_of(contract, next_version))
    yield from _exemptions(entry, contract, ends_of(contract, next_version))


def _no_days(entry: Entry, contract: ContractBody) -> Iterator[DefinitionMistake]:
    days = [("last_day", contract.last_day)]
    for place, phase in enumerate(contract.phases):
        days += [
            (f"phases[{place}].first_day", phase.first_day),
            (f"phases[{place}].last_day", phase.last_day),
        ]
    for path, day in days:
        if day is not None and not is_day(day):
            yield entry.mistake(path, f"{day} is no day of any calendar", _NO_DAY)
    for place, exemption in enumerate(contract.exemptions):
        for name in ("begin", "end"):
            text = getattr(exemption, name)
            if instant(text) is None:
                problem = f"{text} is no instant"
                remedy = "write one such as 2026-10-03T09:00:00+08:00"
                yield entry.mistake(f"exemptions[{place}].{name}", problem, remedy)


def instant(text: str) -> int | None:
    """The instant that a text of the right form shows, epoch milliseconds; None where it shows
    none.
    """
    try:
        return parse_instant(text)
    except ValueError:
        return None


def ends_of(contract: ContractBody, next_version: str | None) -> str:
    """The last day on which a version holds."""
    before_next = _LAST if next_version is None else _before(next_version)
    return min(contract.last_day or _LAST, before_next)


def _before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))


def _after(day: str) -> str:
    return str(date.fromisoformat(day) + timedelta(days=1))


# ------------------------------------------------------------- phases


def _phases(entry: Entry, contract: ContractBody, ends: str) -> Iterator[DefinitionMistake]:
    placed = [(f"phases[{place}]", one) for place, one in enumerate(contract.phases)]
    for path, one in placed:
        if one.last_day is not None and one.last_day < one.first_day:
            problem = f"ends on {one.last_day}, before it begins"
            yield entry.mistake(f"{path}.last_day", problem, f"write {one.first_day} or later")
            return
        if one.first_day > ends:
            problem = f"begins after the contract's last day {ends}"
            yield entry.mistake(f"{path}.first_day", problem, "leave it out, or end later")
            return
    ordered = sorted(placed, key=lambda one: one[1].first_day)
    for (_, one), (path, other) in pairwise(ordered):
        yield from _between(entry, path, one, other)
    if ordered:
        yield from _around(entry, contract, ordered, ends)


def _between(
    entry: Entry, path: str, one: PhaseBody, other: PhaseBody
) -> Iterator[DefinitionMistake]:
    if one.last_day is None or one.last_day >= other.first_day:
        problem = f"begins on {other.first_day}, while {one.id!r} holds"
        remedy = f"end {one.id!r} on {_before(other.first_day)}"
        yield entry.mistake(f"{path}.first_day", problem, remedy)
    elif _after(one.last_day) < other.first_day:
        problem = f"no phase holds from {_after(one.last_day)} to {_before(other.first_day)}"
        yield entry.mistake(f"{path}.first_day", problem, f"write {_after(one.last_day)}")


def _around(
    entry: Entry, contract: ContractBody, ordered: list[tuple[str, PhaseBody]], ends: str
) -> Iterator[DefinitionMistake]:
    """Days of the version before its first phase and after its last."""
    path, first = ordered[0]
    if contract.valid_from is not None and first.first_day > contract.valid_from:
        problem = f"no phase holds from {contract.valid_from} to {_before(first.first_day)}"
        yield entry.mistake(f"{path}.first_day", problem, f"write {contract.valid_from}")
    path, last = ordered[-1]
    if last.last_day is not None and last.last_day < ends:
        until = "on" if ends == _LAST else f"to {ends}"
        problem = f"no phase holds from {_after(last.last_day)} {until}"
        remedy = (
            f"leave it out, or say `last_day: {last.last_day}` of the contract"
            if ends == _LAST
            else f"write {ends}"
        )
        yield entry.mistake(f"{path}.last_day", problem, remedy)


# ------------------------------------------------------------- exemptions


def _exemptions(entry: Entry, contract: ContractBody, ends: str) -> Iterator[DefinitionMistake]:
    for place, one in enumerate(contract.exemptions):
        begin = instant(one.begin) or 0
        end = instant(one.end) or 0
        path = f"exemptions[{place}]"
        if end <= begin:
            problem = "does not end after it begins"
            yield entry.mistake(f"{path}.end", problem, "write the first instant that counts again")
        elif _is_outside(one, contract.valid_from or "", ends):
            reach = f"from {contract.valid_from or 'ever'}"
            reach += " on" if ends == _LAST else f" to {ends}"
            problem = f"lies outside the version, which holds {reach} only"
            yield entry.mistake(f"{path}.begin", problem, "move it to the version it is for")


def _is_outside(one: ExemptionBody, begins: str, ends: str) -> bool:
    """Whether its days, by its own offset, and those of the version have none in common."""
    return one.end[:10] < begins or one.begin[:10] > ends

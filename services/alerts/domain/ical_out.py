"""The shifts of a rota as an iCalendar (RFC 5545) that calendars subscribe to.

Instants are in UTC, so that no reader needs our zone; a shift that lasts is one event, whose UID
stays the same for as long as its begin and member do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from floorpulse.alerts.domain.rotas import Shift

LINE = 75
"""Octets of a line (RFC 5545, 3.1)"""
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True)
class Published:
    """A rota that is published: `names` are what people call its members, by receiver."""

    tenant: str
    rota: str
    name: str
    names: Mapping[str, str]


def calendar(rota: Published, shifts: Iterable[Shift], now: int) -> str:
    """The calendar's text; shifts in which nobody is on call are left out."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Floorpulse//on call//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{rota.name.translate(ESCAPED)}",
    ]
    for shift in shifts:
        lines += _event(rota, shift, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(rota: Published, shift: Shift, now: int) -> Iterator[str]:
    if shift.member is None:
        return
    name = rota.names.get(shift.member, shift.member)
    yield "BEGIN:VEVENT"
    yield f"UID:{rota.tenant}.{rota.rota}.{shift.begin}.{shift.member}@floorpulse"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(shift.begin)}"
    yield f"DTEND:{_utc(shift.end)}"
    yield f"SUMMARY:{name.translate(ESCAPED)}"
    yield f"CATEGORIES:{str(shift.cause).upper()}"
    yield "END:VEVENT"


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, never cut within a character; all but the first begin
    with a space.
    """
    part = ""
    for sign in line:
        if len((part + sign).encode()) > LINE:
            yield part
            part = " "
        part += sign
    yield part


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")

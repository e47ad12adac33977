"""Re-drive: repaired dead letters go to the engine again, as commands.

A line is an event, or a letter as `floorpulse letters export` writes it, whose `event` is the
repaired one; the letter's tenant stands in for one that the event does not name.
"""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from floorpulse.contracts.commands import Redrive
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.refusals import invalid
from floorpulse.contracts.topics import ENGINE_COMMANDS
from floorpulse.runtime import kafka
from floorpulse.runtime.settings import Settings

SHOWN = 20
SEND_WITHIN = 60.0
PSEUDONYM = re.compile(r"[a-z0-9-]{1,32}:[0-9a-f]{32}")
STANDARD_INPUT = "-"

_decode = msgspec.json.Decoder(AnyEvent).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Bad:
    """A line that is no event to be sent: its number from 1, and why."""

    line: int
    why: str


def commands(lines: Iterable[bytes]) -> Iterator[Redrive | Bad]:
    """One command or complaint for every line that is not empty."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield command(line.strip())
            except (ValueError, UnicodeDecodeError, RecursionError) as wrong:
                yield Bad(number, str(wrong))


class _Exported(msgspec.Struct, frozen=True):
    """What re-driving needs of an exported letter."""

    event: dict[str, Any] | None = None
    payload: str | None = None
    detail: str = ""
    tenant: str | None = None


_decode_exported = msgspec.json.Decoder(_Exported).decode


def _event_of(line: bytes) -> bytes:
    """The event of a line: the line itself, or what an exported letter holds; ValueError where that
    is none.
    """
    letter = _decode_exported(line)
    if letter.event is None and letter.payload is None:
        return line
    if letter.event is None:
        message = (
            "the letter's text is no JSON object, so it is no event: put the event in place of "
            f"`payload`, as `event` ({letter.detail})"
        )
        raise ValueError(message)
    return msgspec.json.encode(
        letter.event if letter.tenant is None else {"tenant": letter.tenant, **letter.event}
    )


def command(line: bytes) -> Redrive:
    """The command of one repaired event; ValueError (msgspec's included) says why there is none."""
    line = _event_of(line)
    event = _decode(line)
    if not event.tenant:
        message = "the event names no tenant, and here no key does"
        raise ValueError(message)
    parse_instant(event.at)
    refusal = invalid(event)
    if refusal is not None:
        raise ValueError(refusal.detail)
    customer = getattr(event, "customer", None)
    if customer is not None and not PSEUDONYM.fullmatch(customer):
        message = (
            "the customer is no pseudonym: leave it as it stands in the dead letter, or "
            "leave it out"
        )
        raise ValueError(message)
    return Redrive(tenant=event.tenant, event=line.decode())


async def redrive(settings: Settings, file: str) -> int:
    """Send every repaired event of an NDJSON file (`-`: standard input); 1 when lines were left
    out, which are listed.

    Sending the same again is harmless: an event counts once however often it comes.
    """
    data = (
        sys.stdin.buffer.read()
        if file == STANDARD_INPUT
        else await asyncio.to_thread(Path(file).read_bytes)
    )
    found = list(commands(data.splitlines()))
    good = [one for one in found if isinstance(one, Redrive)]
    bad = [one for one in found if isinstance(one, Bad)]
    if good:
        await _send(settings, good)
    _say(file, len(good), bad)
    return 1 if bad else 0


async def _send(settings: Settings, good: list[Redrive]) -> None:
    sender = await kafka.producer(settings.kafka)
    try:
        async with asyncio.timeout(SEND_WITHIN):
            topic = ENGINE_COMMANDS.name
            sent = [await sender.send(topic, _encode(one), one.tenant.encode()) for one in good]
            await asyncio.gather(*sent)
    finally:
        await kafka.close(sender)


def _say(file: str, sent: int, bad: list[Bad]) -> None:
    told = Console(soft_wrap=True, highlight=False)
    troubles = Console(stderr=True, soft_wrap=True, highlight=False)
    told.print(f"{sent:,} events were given to the engine", markup=False)
    for one in bad[:SHOWN]:
        troubles.print(f"{file}:{one.line}: {one.why}", markup=False)
    if bad:
        troubles.print(
            f"redrive: {len(bad):,} lines were left out; mend them and send the file again, which "
            "is harmless",
            markup=False,
        )

"""Dead letters as an operator reads them: a list, one whole, or a file to repair and re-drive."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from floorpulse.cli.run import fail
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.letters import DeadLetter, Reason
from floorpulse.figures.timestamps import text
from floorpulse.query.pipeline.letter_log import KafkaLetters
from floorpulse.query.pipeline.letters import KeptLetter, LetterPlace, LetterQuery
from floorpulse.runtime.settings import Settings

NEVER = -(1 << 62)
EVER = 1 << 62
PAGE = 500
STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class LetterOptions:
    """Which letters: of a tenant, of these reasons, refused in a span of RFC 3339 instants."""

    tenant: str | None = None
    reasons: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def query(self) -> LetterQuery:
        """The question; ValueError where a word is no reason or an instant is none."""
        known = [one.value for one in Reason]
        for reason in self.reasons:
            if reason not in known:
                message = f"--reason {reason}: it is none of {', '.join(known)}"
                raise ValueError(message)
        return LetterQuery(
            self.tenant,
            tuple(map(Reason, self.reasons)),
            NEVER if self.since is None else parse_instant(self.since),
            EVER if self.until is None else parse_instant(self.until),
        )


class ExportedLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter to repair: `event` is its text as an object, to be put right there; where the text
    is no JSON object it stands in `payload`.
    """

    place: str
    reason: Reason
    detail: str
    origin: str
    at: str
    tenant: str | None = None
    event: msgspec.Raw | None = None
    payload: str | None = None


encode = msgspec.json.Encoder().encode


async def every(settings: Settings, query: LetterQuery) -> AsyncIterator[KeptLetter]:
    """All letters that are asked for, oldest first. Raises LogUnavailable."""
    letters = KafkaLetters(settings.kafka)
    after: LetterPlace | None = None
    while True:
        found, after = await letters.page(query, after, PAGE)
        for one in found:
            yield one
        if after is None:
            return


async def listing(settings: Settings, query: LetterQuery, most: int, *, as_json: bool) -> int:
    """Show the latest `most` letters."""
    latest = [one async for one in every(settings, query)][-most:]
    if as_json:
        for one in latest:
            sys.stdout.buffer.write(encode(exported(one)) + b"\n")
        return 0
    table = Table("place", "refused", "tenant", "reason", "detail", box=None)
    for place, letter in latest:
        table.add_row(
            named(place), text(letter.at), letter.tenant or "", letter.reason, letter.detail
        )
    Console(soft_wrap=True, highlight=False, markup=False).print(table)
    return 0


async def show(settings: Settings, wanted: LetterPlace) -> int:
    """Print one letter whole."""
    before = LetterPlace(wanted.partition, wanted.offset - 1)
    everything = LetterQuery(None, (), NEVER, EVER)
    found, _ = await KafkaLetters(settings.kafka).page(everything, before, 1)
    if not found or found[0].place != wanted:
        fail(f"there is no letter at {named(wanted)}: `floorpulse letters list` shows the places")
    sys.stdout.buffer.write(msgspec.json.format(encode(exported(found[0])), indent=2) + b"\n")
    return 0


async def export(settings: Settings, query: LetterQuery, file: str) -> int:
    """Write letters as NDJSON that `floorpulse redrive` takes once they are repaired."""
    lines = [encode(exported(one)) + b"\n" async for one in every(settings, query)]
    if file == STANDARD_OUTPUT:
        sys.stdout.buffer.writelines(lines)
    else:
        Path(file).write_bytes(b"".join(lines))  # noqa: ASYNC240  nothing else waits in this process
        Console(soft_wrap=True, highlight=False, markup=False).print(
            f"{len(lines):,} letters written to {file}"
        )
    return 0


def exported(kept: KeptLetter) -> ExportedLetter:
    """A letter as it is written for repair."""
    letter = kept.letter
    event = _object(letter)
    return ExportedLetter(
        named(kept.place),
        letter.reason,
        letter.detail,
        letter.origin,
        text(letter.at),
        letter.tenant,
        event,
        letter.payload if event is None else None,
    )


def _object(letter: DeadLetter) -> msgspec.Raw | None:
    said = (letter.payload or "").strip().encode()
    try:
        msgspec.json.decode(said, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None
    return msgspec.Raw(b" ".join(said.splitlines()))


def named(place: LetterPlace) -> str:
    """A place as it is shown: partition/offset."""
    return f"{place.partition}/{place.offset}"


def placed(name: str) -> LetterPlace:
    """The place of that name; ValueError where it is none."""
    partition, slash, offset = name.partition("/")
    if not (slash and partition.isdecimal() and offset.isdecimal()):
        message = f"{name}: a place is partition/offset, such as 0/17"
        raise ValueError(message)
    return LetterPlace(int(partition), int(offset))

"""The audit log at the command line: show it, write it out, and find out whether it is whole."""

import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from floorpulse.access.audit_chain import (
    Anchor,
    ChainCheck,
    Finding,
    Link,
    anchor_of,
)
from floorpulse.access.audit_log import AuditLog, EntryChoice
from floorpulse.contracts.instants import parse_instant
from floorpulse.figures.timestamps import text
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import Settings

MOST = 100
FINDINGS_SHOWN = 100


class ExportedEntry(msgspec.Struct, frozen=True):
    """A line of an export. `hash` is the SHA-256 of `previous` (32 bytes), the tenant, a line
    break, the number, a line break and `entry`, all UTF-8.
    """

    tenant: str
    number: int
    entry: str
    previous: str
    hash: str

    @property
    def link(self) -> Link:
        """The same as it stands in the table. ValueError where it is no entry."""
        told = msgspec.json.decode(self.entry)
        return Link(
            tenant=self.tenant,
            number=self.number,
            entry=self.entry,
            previous=bytes.fromhex(self.previous),
            hash=bytes.fromhex(self.hash),
            at=told["at"],
            actor=told["actor"],
            action=told["action"],
        )


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(ExportedEntry).decode


def choice_of(tenant: str, since: str | None, until: str | None) -> EntryChoice:
    """Which entries options ask for. ValueError where an instant is none."""
    return EntryChoice(
        tenant,
        None if since is None else parse_instant(since),
        None if until is None else parse_instant(until),
    )


async def listing(settings: Settings, choice: EntryChoice) -> int:
    """Show the latest entries that are asked for."""
    async with _log(settings) as log:
        found = [link async for link in log.links(choice)][-MOST:]
    table = Table("number", "time", "actor", "action", "subject", "details", box=None)
    for link in found:
        told = msgspec.json.decode(link.entry)
        details = encode(told["details"]).decode()
        table.add_row(
            str(link.number), text(link.at), link.actor, link.action, told["subject"], details
        )
    Console(soft_wrap=True, highlight=False, markup=False).print(table)
    return 0


async def export(settings: Settings, choice: EntryChoice) -> int:
    """Write entries as NDJSON to standard output: what `verify --file` reads."""
    async with _log(settings) as log:
        async for link in log.links(choice):
            sys.stdout.buffer.write(encode(exported(link)) + b"\n")
    return 0


def exported(link: Link) -> ExportedEntry:
    """An entry as a line of an export."""
    return ExportedEntry(link.tenant, link.number, link.entry, link.previous.hex(), link.hash.hex())


def anchors_of(texts: Iterable[str]) -> list[Anchor]:
    """Anchors as they were printed. ValueError where one is none."""
    return [anchor_of(one) for one in texts]


async def verify(settings: Settings, tenant: str | None, anchors: Sequence[Anchor]) -> int:
    """Say whether the logs (or that of one tenant) are whole; 1 where one is not."""
    wrong = 0
    async with _log(settings) as log:
        for one in [tenant] if tenant else await log.tenants():
            head = await log.head(one)
            findings = [finding async for finding in log.verify(one, anchors)]
            wrong += _say(one, head, findings)
    return 1 if wrong else 0


def verify_file(file: Path, anchors: Sequence[str]) -> int:
    """Say the same of an export, which needs no database; 1 where it is not whole. ValueError where
    it is no export.
    """
    known = anchors_of(anchors)
    lines = file.read_bytes().splitlines()
    links = [_link(number, line) for number, line in enumerate(lines, 1)]
    wrong = 0
    for tenant in sorted({link.tenant for link in links}):
        mine = [link for link in links if link.tenant == tenant]
        end = Anchor(mine[-1].number, mine[-1].hash)
        wrong += _say(tenant, end, findings_of(mine, end, known))
    return 1 if wrong else 0


def findings_of(links: Iterable[Link], head: Anchor, anchors: Iterable[Anchor]) -> list[Finding]:
    """What is wrong with a chain in memory."""
    check = ChainCheck(anchors)
    found = [finding for link in links for finding in check.take(link)]
    return [*found, *check.close(head)]


def _link(number: int, line: bytes) -> Link:
    try:
        return decode(line).link
    except (ValueError, KeyError, TypeError) as wrong:
        message = f"line {number} is no entry of an export: {wrong}"
        raise ValueError(message) from wrong


def _say(tenant: str, head: Anchor, findings: Sequence[Finding]) -> int:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if not findings:
        console.print(f"{tenant}: {head.number:,} entries, whole. Anchor: {head}")
        return 0
    for finding in findings[:FINDINGS_SHOWN]:
        console.print(f"{tenant}: entry {finding.number} {finding.why}")
    if len(findings) > FINDINGS_SHOWN:
        console.print(f"{tenant}: and {len(findings) - FINDINGS_SHOWN:,} more")
    return len(findings)


@asynccontextmanager
async def _log(settings: Settings) -> AsyncIterator[AuditLog]:
    engine = async_engine(settings.database)
    try:
        yield AuditLog(engine)
    finally:
        await engine.dispose()

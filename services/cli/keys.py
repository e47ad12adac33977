"""API keys by hand: the token of a new one is shown once, by this."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from floorpulse.access.keys import KeyRing, StoredKey
from floorpulse.access.new_keys import NewKey
from floorpulse.cli.operator import operator
from floorpulse.cli.option_types import SPAN, seconds
from floorpulse.contracts.instants import parse_instant
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine, asyncpg_pool
from floorpulse.runtime.settings import Settings
from floorpulse.runtime.tables import show


def expiry(text: str, now: int) -> int:
    """Epoch milliseconds of `90d`, `12h` from `now`, or of an RFC 3339 instant; ValueError when
    neither, or in the past.
    """
    try:
        at = now + round(seconds(text) * 1000) if SPAN.fullmatch(text) else parse_instant(text)
    except ValueError as wrong:
        message = (
            f"{text!r} is no time to expire: write a span such as 90d, 12h, 30m, or an "
            "instant such as 2027-01-31T00:00:00Z"
        )
        raise ValueError(message) from wrong
    if at <= now:
        message = f"{text} is past: the key would never work"
        raise ValueError(message)
    return at


class WantedKey(NamedTuple):
    """A key as the command line asks for it; `contract` is the only one it may see."""

    tenant: str
    label: str
    scopes: Sequence[str]
    expires: str | None = None
    contract: str | None = None


async def create(settings: Settings, wanted: WantedKey) -> int:
    """Make a key and print its token, the only time it can be seen; ValueError on what cannot
    be. A contract that is not defined is told on standard error: it may be defined later.
    """
    expires_at = expiry(wanted.expires, now_ms()) if wanted.expires else None
    new = NewKey(wanted.tenant, wanted.label, tuple(wanted.scopes), expires_at, wanted.contract)
    async with _ring(settings) as ring:
        token = await ring.add(new, operator())
    Console(soft_wrap=True, highlight=False).print(token, markup=False)
    if wanted.contract is not None:
        warning = unknown(wanted.contract, await _contracts(settings, wanted.tenant))
        if warning:
            Console(stderr=True, soft_wrap=True, highlight=False).print(warning, markup=False)
    return 0


def unknown(contract: str, known: Sequence[str]) -> str:
    """What to say of a key's contract; nothing where it is defined."""
    if contract in known:
        return ""
    there = ", ".join(known) or "none"
    return (
        f"warning: there is no contract {contract} (defined are: {there}); the key sees nothing "
        "until it is defined"
    )


async def _contracts(settings: Settings, tenant: str) -> list[str]:
    """The ids of a tenant's contracts as they are stored, sorted."""
    pool = await asyncpg_pool(settings.database)
    try:
        versions = (await PostgresDefinitions(pool).load()).of(tenant).versions
    finally:
        await pool.close()
    return sorted({one.id for one in versions if one.standing and one.kind is Kind.CONTRACT})


async def listing(settings: Settings, *, as_json: bool = False) -> int:
    """Print all keys, without their secrets, which nobody has."""
    async with _ring(settings) as ring:
        found = await ring.listing()
    if as_json:
        sys.stdout.buffer.write(document(found, now_ms()) + b"\n")
    else:
        show(Console(highlight=False), table(found, now_ms()))
    return 0


async def revoke(settings: Settings, key_id: str) -> int:
    """Revoke a key; 1 when there is none of that id that was live."""
    async with _ring(settings) as ring:
        done = await ring.revoke(key_id, operator())
    said = (
        "is revoked; every process knows within seconds"
        if done
        else "is no live key: see `floorpulse keys list`"
    )
    Console(stderr=not done, soft_wrap=True, highlight=False).print(
        f"{key_id} {said}", markup=False
    )
    return 0 if done else 1


def table(found: Sequence[StoredKey], now: int) -> Table:
    """The keys as people read them; `document` is for programs."""
    shown = Table(
        "id",
        "tenant",
        "label",
        "scopes",
        "contract",
        "created",
        "expires",
        "state",
        box=None,
        pad_edge=False,
    )
    for key in found:
        cells = (
            key.key_id,
            key.tenant,
            key.label,
            " ".join(key.scopes),
            key.contract or "",
            _day(key.created_at),
            _day(key.expires_at),
            state(key, now),
        )
        shown.add_row(*map(Text, cells))
    return shown


class KeyRow(msgspec.Struct, frozen=True):
    """A key as programs read it; instants are RFC 3339, null where there is none."""

    id: str
    tenant: str
    label: str
    scopes: tuple[str, ...]
    contract: str | None
    created: str | None
    expires: str | None
    revoked: str | None
    state: str


def document(found: Sequence[StoredKey], now: int) -> bytes:
    """The keys as JSON: `{"keys": [{"id": ..., "tenant": ..., ...}]}`."""
    rows = [
        KeyRow(
            key.key_id,
            key.tenant,
            key.label,
            key.scopes,
            key.contract,
            _instant(key.created_at),
            _instant(key.expires_at),
            _instant(key.revoked_at),
            state(key, now),
        )
        for key in found
    ]
    return msgspec.json.format(msgspec.json.encode({"keys": rows}), indent=2)


def state(key: StoredKey, now: int) -> str:
    """`live`, `revoked` or `expired`."""
    if key.revoked_at is not None:
        return "revoked"
    return "live" if key.expires_at is None or key.expires_at > now else "expired"


def _instant(at: int | None) -> str | None:
    if at is None:
        return None
    return (
        datetime.fromtimestamp(at / 1000, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )


def _day(at: int | None) -> str:
    return "never" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%MZ}"


@asynccontextmanager
async def _ring(settings: Settings) -> AsyncIterator[KeyRing]:
    engine = async_engine(settings.database)
    try:
        yield KeyRing(engine)
    finally:
        await engine.dispose()

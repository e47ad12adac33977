"""API keys in PostgreSQL: `fp_<id>_<secret>` with a 256-bit secret of which only the SHA-256 is
kept.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.audit import record
from floorpulse.access.audit_chain import Action, AuditEntry
from floorpulse.access.new_keys import NewKey, checked, created
from floorpulse.contracts.tables.access import api_key
from floorpulse.runtime import clock
from floorpulse.runtime.database import answering
from floorpulse.runtime.unavailable import KeysUnavailable

PREFIX = "fp"
ID_BYTES = 8
SECRET_BYTES = 32
TOKEN = re.compile(
    rf"{PREFIX}_(?P<id>[0-9a-f]{{{2 * ID_BYTES}}})_(?P<secret>[0-9a-f]{{{2 * SECRET_BYTES}}})"
)
REMEMBER_SECONDS = 5.0
RENEW_SECONDS = 1.0
"""Before a key must be read again, a question begins to, and does not wait for it"""
REMEMBER_AT_MOST = 4096
BELIEVE_WITHOUT_DATABASE = 300.0
ANSWER_WITHIN = 5.0
HERE = "process"
"""Who did it, where nobody says more: a process of Floorpulse on its own"""


@dataclass(frozen=True)
class Credential:
    """Who asks: the key, the tenant it speaks for, and what it may do; `contract` is the only one
    whose queues and channels it may see, None where it may see the whole floor.
    """

    key_id: str
    tenant: str
    scopes: frozenset[str]
    contract: str | None = None


@dataclass(frozen=True)
class StoredKey:
    """A key as an operator sees it; instants are epoch milliseconds. The secret is not there:
    nobody keeps it.
    """

    key_id: str
    tenant: str
    label: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    contract: str | None = None


@dataclass(frozen=True)
class _Remembered:
    """What the table said of one id, when it did, and until when that is believed unasked
    (monotonic seconds).
    """

    key: StoredKey | None
    digest: bytes
    read_at: float
    until: float


class KeyRing:
    """The keys of all tenants.

    A key that was read is believed for `REMEMBER_SECONDS`, so a revocation works within that time
    everywhere. While PostgreSQL does not answer, a key that it knew goes on for
    `BELIEVE_WITHOUT_DATABASE` seconds: events and live figures need no database. All methods raise
    `KeysUnavailable` when PostgreSQL does not answer.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        now: Callable[[], int] = clock.now_ms,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        self._engine = engine
        self._now = now
        self._monotonic = monotonic
        self._remembered: dict[str, _Remembered] = {}
        self._readings: dict[str, asyncio.Task[_Remembered]] = {}

    async def create(
        self, tenant: str, label: str, scopes: Iterable[str], expires_at: int | None = None
    ) -> str:
        """Store a new key for a whole floor and return its token, which is shown this once;
        ValueError on a bad tenant or unknown scope.
        """
        return await self.add(NewKey(tenant, label, tuple(scopes), expires_at))

    async def add(self, wanted: NewKey, actor: str = HERE) -> str:
        """Store a new key and return its token, which is shown this once; ValueError on a bad
        tenant, an unknown scope, or one that a key of a contract cannot have. The audit log has who
        did it.
        """
        scopes = checked(wanted)
        key_id = secrets.token_hex(ID_BYTES)
        secret = secrets.token_hex(SECRET_BYTES)
        row = {
            "id": key_id,
            "tenant": wanted.tenant,
            "label": wanted.label,
            "scopes": scopes,
            "secret_sha256": _digest(secret),
            "created_at": self._now(),
            "expires_at": wanted.expires_at,
            "contract": wanted.contract,
        }
        async with (
            _answering(),
            self._engine.begin() as connection,
        ):
            await connection.execute(insert(api_key).values(row))
            await record(connection, [created(wanted, key_id, actor, self._now())])
        return f"{PREFIX}_{key_id}_{secret}"

    async def listing(self) -> list[StoredKey]:
        """All keys, the oldest first."""
        async with (
            _answering(),
            self._engine.connect() as connection,
        ):
            found = await connection.execute(
                select(api_key).order_by(api_key.c.created_at, api_key.c.id)
            )
            return [_stored(row) for row in found.mappings()]

    async def revoke(self, key_id: str, actor: str = HERE) -> bool:
        """Revoke a key; False when there is none of that id that was still live. The audit log has
        who did it.
        """
        live = (api_key.c.id == key_id) & api_key.c.revoked_at.is_(None)
        async with (
            _answering(),
            self._engine.begin() as connection,
        ):
            ending = update(api_key).where(live).values(revoked_at=self._now())
            done = await connection.execute(ending.returning(api_key.c.tenant))
            tenant = done.scalar_one_or_none()
            if tenant is not None:
                entry = AuditEntry(tenant, self._now(), actor, Action.KEY_REVOKED, f"key/{key_id}")
                await record(connection, [entry])
        self._remembered.pop(key_id, None)
        return tenant is not None

    async def verify(self, token: str) -> Credential | None:
        """The credential of a token, or None when it is unknown, wrong, expired or revoked;
        compared in constant time.
        """
        parts = TOKEN.fullmatch(token)
        if parts is None:
            return None
        known = await self._look_up(parts["id"])
        return (
            self._credential(known.key)
            if hmac.compare_digest(known.digest, _digest(parts["secret"]))
            else None
        )

    async def find(self, key_id: str) -> Credential | None:
        """The credential of a live key by its id: for sessions, whose cookie is signed and names
        only the id.
        """
        return self._credential((await self._look_up(key_id)).key)

    def _credential(self, key: StoredKey | None) -> Credential | None:
        if (
            key is None
            or key.revoked_at is not None
            or (key.expires_at is not None and key.expires_at <= self._now())
        ):
            return None
        return Credential(key.key_id, key.tenant, frozenset(key.scopes), key.contract)

    async def _look_up(self, key_id: str) -> _Remembered:
        """What is remembered, else what the table says; requests that come at once share one
        reading. What must soon be read again is, while requests go on with what is remembered.
        """
        known = self._remembered.get(key_id)
        left = 0.0 if known is None else known.until - self._monotonic()
        if known is not None and left > RENEW_SECONDS:
            return known
        reading = self._readings.get(key_id)
        if reading is None:
            reading = self._readings[key_id] = asyncio.create_task(self._read(key_id))
            reading.add_done_callback(partial(self._end_reading, key_id))
        return known if known is not None and left > 0 else await asyncio.shield(reading)

    def _end_reading(self, key_id: str, reading: asyncio.Task[_Remembered]) -> None:
        """Whoever awaits a reading is told why it failed; nobody may."""
        self._readings.pop(key_id, None)
        if not reading.cancelled():
            reading.exception()

    async def _read(self, key_id: str) -> _Remembered:
        now = self._monotonic()
        until = now + REMEMBER_SECONDS
        try:
            async with (
                _answering(),
                self._engine.connect() as connection,
            ):
                row = (
                    (await connection.execute(select(api_key).where(api_key.c.id == key_id)))
                    .mappings()
                    .one_or_none()
                )
        except KeysUnavailable:
            old = self._remembered.get(key_id)
            if old is None or old.key is None or now >= old.read_at + BELIEVE_WITHOUT_DATABASE:
                raise
            known = replace(old, until=until)
        else:
            known = (
                _Remembered(_stored(row), row["secret_sha256"], now, until)
                if row
                else _Remembered(None, b"", now, until)
            )
        if len(self._remembered) >= REMEMBER_AT_MOST:
            self._remembered.clear()
        self._remembered[key_id] = known
        return known


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _stored(row: RowMapping) -> StoredKey:
    return StoredKey(
        row["id"],
        row["tenant"],
        row["label"],
        tuple(row["scopes"]),
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
        row["contract"],
    )


def _answering() -> AbstractAsyncContextManager[None]:
    """What PostgreSQL does not answer in time, or not at all, is `KeysUnavailable`."""
    return answering(
        ANSWER_WITHIN,
        "the table of API keys in PostgreSQL cannot be read ({}); try again",
        KeysUnavailable,
    )

"""The plain way to take events: FastAPI, pydantic, and aiokafka's `send_and_wait` for each event.

It has the same limits, pseudonyms, kinds of bodies and Kafka settings as ingest, and knows the five
kinds of events that the load sends. It is tuned: pydantic reads the body's bytes by itself, and
answers are written by pydantic too. It judges a request as a whole: one wrong event refuses all.

With `together` it hands all events of a request to the producer first and waits for them at the
end, which saves a turn of the event loop and a request to Kafka for most of them. One that is not
acknowledged may then stand behind a later one of its contact.
"""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Literal

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.kafka import producer
from floorpulse.runtime.settings import KafkaSettings

TENANT = "shop"
SECRET = b"s" * 32
EARLIEST = 631_152_000_000
AHEAD = 86_400_000
MOST = 1000

Identifier = Annotated[str, Field(min_length=1, max_length=128)]
Name = Annotated[str, Field(min_length=1, max_length=128)]
Milliseconds = Annotated[int, Field(ge=0, le=31 * 86_400_000)]
Points = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]
Channel = Literal["voice", "chat", "email", "social", "callback", "task"]
Short = Annotated[str, Field(max_length=256)]


class Told(BaseModel):
    """What every event says."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Identifier
    source: Identifier
    at: int | str
    tenant: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    contact: Identifier
    visit: Annotated[int, Field(ge=1, le=32_767)] = 1


class Offered(Told):
    """A contact entered a queue."""

    type: Literal["contact.offered"]
    queue: Name
    channel: Channel = "voice"
    priority: Annotated[int, Field(ge=-(2**31), le=2**31 - 1)] | None = None
    customer: Identifier | None = None
    attributes: (
        Annotated[dict[Annotated[str, Field(max_length=64)], Short], Field(max_length=16)] | None
    ) = None


class Answered(Told):
    """An agent took the contact."""

    type: Literal["contact.answered"]
    agent: Name
    queue: Name | None = None
    wait_ms: Milliseconds | None = None


class Abandoned(Told):
    """The customer gave up waiting."""

    type: Literal["contact.abandoned"]
    queue: Name | None = None
    wait_ms: Milliseconds | None = None


class Ended(Told):
    """The conversation ended."""

    type: Literal["contact.ended"]
    talk_ms: Milliseconds | None = None
    hold_ms: Milliseconds | None = None


class Surveyed(Told):
    """A customer answered a survey."""

    type: Literal["survey.answered"]
    agent: Name | None = None
    queue: Name | None = None
    survey: Identifier
    kind: Literal["csat", "nps", "fcr", "ces"]
    score: Points
    best: Points
    worst: Points


AnyTold = Annotated[Offered | Answered | Abandoned | Ended | Surveyed, Field(discriminator="type")]
ONE: TypeAdapter[AnyTold] = TypeAdapter(AnyTold)
MANY: TypeAdapter[list[AnyTold]] = TypeAdapter(Annotated[list[AnyTold], Field(max_length=MOST)])


class Receipt(BaseModel):
    """The answer."""

    accepted: int
    rejected: list[str] = []


def read(media: str, body: bytes) -> list[AnyTold]:
    """A body's events. Raises ValidationError."""
    if media == "application/x-ndjson":
        return [ONE.validate_json(line) for line in body.splitlines()]
    return MANY.validate_json(body) if body.startswith(b"[") else [ONE.validate_json(body)]


def stamped(event: AnyTold, now: int) -> tuple[bytes, bytes]:
    """An event's key and value for Kafka. Raises HTTPException."""
    try:
        at = parse_instant(event.at)
    except ValueError as wrong:
        raise HTTPException(422, str(wrong)) from wrong
    if not EARLIEST <= at <= now + AHEAD:
        raise HTTPException(422, "the instant is out of range")
    if event.tenant not in (None, TENANT):
        raise HTTPException(422, "the key speaks for another tenant")
    changes: dict[str, object] = {"at": at, "tenant": TENANT}
    if isinstance(event, Offered) and event.customer is not None:
        changes["customer"] = pseudonym(event.customer)
    if isinstance(event, Surveyed) and not event.worst <= event.score <= event.best:
        raise HTTPException(422, "the score is off its scale")
    value = event.model_copy(update=changes).model_dump_json(exclude_defaults=True).encode()
    if b"\\u0000" in value:
        raise HTTPException(422, "a text contains U+0000")
    return f"{TENANT}|{event.contact}".encode(), value


def pseudonym(customer: str) -> str:
    """A customer's, as ingest makes it."""
    digest = hmac.digest(SECRET, f"{TENANT}\0{customer}".encode(), "sha256")
    return f"bench:{digest.hex()[:32]}"


def application(start: Callable[[], AIOKafkaProducer], token: str, *, together: bool) -> FastAPI:
    """The service."""
    expected = hashlib.sha256(token.encode()).digest()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.producer = await start()
        yield
        await app.state.producer.stop()

    async def known(
        bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
    ) -> str:
        given = hashlib.sha256(bearer.credentials.encode()).digest()
        if not hmac.compare_digest(given, expected):
            raise HTTPException(401, "the key is unknown")
        return TENANT

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/events", status_code=202)
    async def take(request: Request, _tenant: Annotated[str, Depends(known)]) -> Receipt:
        body = await request.body()
        try:
            events = read(request.headers.get("content-type", ""), body)
        except ValidationError as wrong:
            raise HTTPException(422, wrong.errors(include_url=False)) from wrong
        now = now_ms()
        records = [stamped(event, now) for event in events]
        await (_together if together else _each)(app.state.producer, records)
        return Receipt(accepted=len(records))

    @app.get("/readyz")
    async def readyz() -> Receipt:
        return Receipt(accepted=0)

    return app


async def _each(sender: AIOKafkaProducer, records: list[tuple[bytes, bytes]]) -> None:
    for key, value in records:
        await sender.send_and_wait(CONTACT_EVENTS.name, value, key=key)


async def _together(sender: AIOKafkaProducer, records: list[tuple[bytes, bytes]]) -> None:
    topic = CONTACT_EVENTS.name
    await asyncio.gather(*[await sender.send(topic, value, key=key) for key, value in records])


def main(bootstrap: str, idempotence: str, port: str, token: str, sends: str) -> None:
    """Serve until a signal comes."""
    settings = KafkaSettings(bootstrap_servers=bootstrap, idempotence=idempotence == "true")
    app = application(lambda: producer(settings), token, together=sends == "together")
    uvicorn.run(
        app, host="127.0.0.1", port=int(port), log_config=None, access_log=False,
        server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])

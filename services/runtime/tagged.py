"""JSON answers with a weak tag of what is substantial in them, and 304 for who has it already."""

from hashlib import blake2b

import msgspec
from fastapi import Request, Response

encode = msgspec.json.Encoder().encode
pack = msgspec.msgpack.Encoder().encode

NOT_STORED = {"Cache-Control": "no-store"}
"""Headers of an answer that nobody keeps on its way"""


def json(body: object, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """A body as JSON."""
    return Response(encode(body), status, media_type="application/json", headers=headers)


def tagged(request: Request, body: object, substantial: object) -> Response:
    """`body` as JSON under a weak tag of what is `substantial` in it."""
    tag = f'W/"{blake2b(pack(substantial), digest_size=12).hexdigest()}"'
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=tagging(tag))
    return json(body, tagging(tag))


def tagging(tag: str) -> dict[str, str]:
    """The headers of an answer under a tag: caches ask each time, and keep answers of one caller
    from another.
    """
    return {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept, Authorization, Cookie",
    }


def matches(header: str | None, tag: str) -> bool:
    """Whether an If-None-Match names the tag (weak comparison, RFC 9110 §8.8.3.2)."""
    if header is None:
        return False
    strong = tag.removeprefix("W/")
    return header.strip() == "*" or any(
        one.strip().removeprefix("W/") == strong for one in header.split(",")
    )

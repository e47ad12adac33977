"""Answers of figures as JSON with an ETag, encoded in portions."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from floorpulse.figures.live.written import WrittenPage, json_of, substance_of
from floorpulse.figures.rows import HistoryRow, Row, identity, substance
from floorpulse.figures.turns import Turns
from floorpulse.runtime.tagged import encode, matches, pack, tagging

T = TypeVar("T")


RENDERED = 200
"""Rows rendered in one turn of the loop: less than a millisecond"""


async def figures(
    request: Request,
    rows: list[HistoryRow],
    following: str | None,
    turns: Turns,
    fresh: object,
) -> Response:
    """Rows as JSON; 304 where the client has these very figures already.

    The tag leaves out the marks that move with every second, so it changes when a figure, its span
    or what is `fresh` does.
    """
    return await tagged_rows(request, AnswerPage(rows, following, said, fresh), turns)


def said(row: Row) -> object:
    """What a row is about, and what it says."""
    return identity(row) + substance(row)


class AnswerPage(NamedTuple):
    """Rows of an answer and the next page's cursor; `said` is what is substantial in a row, `fresh`
    what is old of the floor.
    """

    rows: list[Any]
    following: str | None
    said: Callable[[Any], object]
    fresh: object = None


async def tagged_rows(request: Request, page: AnswerPage, turns: Turns) -> Response:
    """A page as JSON under a weak tag of what is substantial in it; both are made in portions."""
    digest = blake2b(pack((page.following, page.fresh, len(page.rows))), digest_size=12)
    async for portion in turns.over(page.rows, RENDERED):
        digest.update(pack([page.said(row) for row in portion]))
    tag = f'W/"{digest.hexdigest()}"'
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=tagging(tag))
    return await rows_answer(page.rows, page.following, turns, tagging(tag))


async def written_answer(
    request: Request, page: WrittenPage, following: str | None, turns: Turns, fresh: object
) -> Response:
    """Live figures that are JSON already, as `figures` answers rows; the page is empty afterwards,
    see `_given_up`.
    """
    digest = blake2b(pack((following, fresh, page.size)), digest_size=12)
    for number, portion in enumerate(page.portions):
        if number:
            await turns.next()
        digest.update(substance_of(portion))
    tag = f'W/"{digest.hexdigest()}"'
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=tagging(tag))
    told = deque([b'{"rows":['])
    while page.portions:
        text = json_of(page.portions.popleft())
        told.append(text if len(told) > 1 else text[1:])
        if page.portions:
            await turns.next()
    told.append(b'],"next":%b}' % encode(following))
    if page.size > RENDERED:
        return PortionedResponse(told, tagging(tag))
    return Response(b"".join(told), media_type="application/json", headers=tagging(tag))


class PortionedResponse(Response):
    """A body in portions, each handed to the server when it has sent the one before: ten megabytes
    at once hold everybody up.
    """

    def __init__(self, portions: deque[bytes], headers: Mapping[str, str] | None = None) -> None:
        size = {"Content-Length": str(sum(map(len, portions)))}
        super().__init__(None, media_type="application/json", headers={**(headers or {}), **size})
        self._portions = portions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  an application's shape
        """Send head and body."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        while self._portions:
            portion = self._portions.popleft()
            await send({"type": "http.response.body", "body": portion, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def rows_answer(
    rows: list[Any],
    following: str | None,
    turns: Turns,
    headers: dict[str, str] | None = None,
    beside: Mapping[str, object] | None = None,
) -> Response:
    """Rows as JSON, encoded in portions, with what stands `beside` them; `rows` is empty
    afterwards, see `_given_up`.
    """
    if len(rows) <= RENDERED:
        content = b"".join(await portions(rows, following, turns, beside))
        return Response(content, media_type="application/json", headers=headers)
    told = await portions(_given_up(rows), following, turns, beside)
    return PortionedResponse(told, headers)


def _given_up(rows: list[T]) -> Iterator[T]:
    """All rows, each leaving the list: 20,000 that are freed at once hold everybody up."""
    rows.reverse()
    while rows:
        yield rows.pop()


async def encoded(rows: Sequence[object], following: str | None, turns: Turns) -> bytes:
    """The body of an answer, the very bytes that encoding it at once would give."""
    return b"".join(await portions(rows, following, turns))


async def portions(
    rows: Iterable[object],
    following: str | None,
    turns: Turns,
    beside: Mapping[str, object] | None = None,
) -> deque[bytes]:
    """The same bytes in portions."""
    found = deque([b'{"rows":['])
    async for portion in turns.over(rows, RENDERED):
        found.append(b"," * (len(found) > 1) + encode(portion)[1:-1])
    found.append(b'],"next":%b' % encode(following))
    found += [b",%b:%b" % (encode(name), encode(said)) for name, said in (beside or {}).items()]
    found.append(b"}")
    return found

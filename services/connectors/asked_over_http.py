"""Questions to a platform over HTTP: which answers pass by themselves, and which do not."""

from http import HTTPStatus
from typing import Any

import httpx

from floorpulse.connectors.road import ConnectionLostError, RoadClosedError

ANSWER_WITHIN = 30.0
REFUSED = frozenset(
    (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    )
)
"""Answers that stay the same however often one asks"""


async def answered(client: httpx.AsyncClient, method: str, path: str, **asked: Any) -> Any:
    """The JSON that answers a question.

    Raises `RoadClosedError` where the credentials or the address are wrong, and
    `ConnectionLostError` where it may go better later.
    """
    try:
        answer = await client.request(method, path, **asked)
    except httpx.HTTPError as wrong:
        raise ConnectionLostError(str(wrong) or type(wrong).__name__) from wrong
    where = f"{answer.request.url.host}{answer.request.url.path}"
    if answer.status_code in REFUSED:
        message = (
            f"{where} answers {answer.status_code}: the credentials may not read it, or it is "
            "not there; mend them and start again"
        )
        raise RoadClosedError(message)
    if not answer.is_success:
        message = f"{where} answers {answer.status_code}"
        raise ConnectionLostError(message)
    try:
        return answer.json()
    except ValueError as wrong:
        message = f"{where} answers no JSON"
        raise ConnectionLostError(message) from wrong

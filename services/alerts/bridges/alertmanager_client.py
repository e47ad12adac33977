"""The HTTP API of an Alertmanager that the operator named: alerts posted to it, alerts it has.

It stands inside of the operator's network, so the guard for receivers' addresses is not asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

import httpx
import msgspec

from floorpulse.alerts.domain.alertmanager_in import PresentAlert
from floorpulse.alerts.domain.alertmanager_out import PostableAlert
from floorpulse.runtime.unavailable import Unavailable

ANSWER_WITHIN = 10.0
REFUSED = frozenset({400, 422})
SAID = 300
"""Characters of an answer that are told on"""

encode = msgspec.json.Encoder().encode
decode_present = msgspec.json.Decoder(list[PresentAlert]).decode


class AlertmanagerAway(Unavailable):
    """Alertmanager did not answer, or not with what it should; the same can be tried again."""


class AlertsRefusedError(Exception):
    """Alertmanager refused one alert of a post, or the whole post; it says which by no name."""


class AlertmanagerStatus(msgspec.Struct, frozen=True):
    """What `GET /api/v2/status` is read for: `uptime` is the instant of its start."""

    uptime: datetime


decode_status = msgspec.json.Decoder(AlertmanagerStatus).decode


class Alertmanager(Protocol):
    """What the bridges ask of an Alertmanager; each call raises `AlertmanagerAway`."""

    async def post(self, alerts: Sequence[PostableAlert]) -> None:
        """Post alerts; `AlertsRefusedError` where at least one of them is not taken: the others of
        the same post may be stored or not.
        """
        ...

    async def present(self) -> Mapping[str, PresentAlert]:
        """The alerts that are not resolved, silenced and inhibited ones too, by fingerprint."""
        ...

    async def running_for(self) -> float:
        """Seconds since its start, by its own clock."""
        ...


class AlertmanagerClient:
    """An `Alertmanager` over HTTP; `url` may have a path prefix, a user and a password."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api/v2/",
            timeout=ANSWER_WITHIN,
            trust_env=False,
            follow_redirects=False,
            transport=transport,
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def post(self, alerts: Sequence[PostableAlert]) -> None:
        """See `Alertmanager.post`."""
        request = self._client.build_request(
            "POST", "alerts", content=encode(alerts), headers={"Content-Type": "application/json"}
        )
        answer = await self._answer(request)
        if answer.status_code in REFUSED:
            raise AlertsRefusedError(answer.text[:SAID])
        _insist(answer)

    async def present(self) -> Mapping[str, PresentAlert]:
        """See `Alertmanager.present`."""
        answer = _insist(await self._answer(self._client.build_request("GET", "alerts")))
        try:
            return {alert.fingerprint: alert for alert in decode_present(answer.content)}
        except msgspec.DecodeError as wrong:
            raise _unreadable(wrong) from wrong

    async def running_for(self) -> float:
        """See `Alertmanager.running_for`."""
        answer = _insist(await self._answer(self._client.build_request("GET", "status")))
        try:
            begin = decode_status(answer.content).uptime
            return (parsedate_to_datetime(answer.headers["Date"]) - begin).total_seconds()
        except (msgspec.DecodeError, KeyError, ValueError) as wrong:
            raise _unreadable(wrong) from wrong

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._client.send(request)
        except httpx.HTTPError as wrong:
            message = f"Alertmanager does not answer ({type(wrong).__name__})"
            raise AlertmanagerAway(message) from wrong


def _insist(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        message = f"Alertmanager answered {answer.status_code}: {answer.text[:SAID]}"
        raise AlertmanagerAway(message)
    return answer


def _unreadable(wrong: Exception) -> AlertmanagerAway:
    return AlertmanagerAway(f"what Alertmanager answers cannot be read ({wrong})")

"""The transport under all channels: one request, in time, to an address that may be reached.

    rate ► look up ► guard ► connect to that address ► still ours? ► request ► answer, 64 KiB of it
      │        │        │             │                     │            │
    transient  transient permanent  transient           given up     transient

It tries once: what failed goes back to its row and comes again from there. No cookie, no redirect,
no connection kept: each message is a connection of its own, so an address that was judged for one
host is never used for another.

Behind a proxy, which connects and looks names up itself, a name that is not known here is no
mistake; what is known of it here is judged all the same. Hosts on premises are reached without it.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from floorpulse.alerts.domain.notices import Delivery, Verdict
from floorpulse.alerts.notifiers.answers import Answer
from floorpulse.alerts.notifiers.guard import Guard
from floorpulse.alerts.notifiers.rates import Rate, Rates

MOST_BYTES = 65_536
"""Bytes of an answer that are read"""
MOST_ADDRESSES = 4
"""Addresses of a host that are tried; nothing was sent to one that did not connect"""
BEFORE_THE_FIRST_BYTE = "http11.send_request_headers.started"
"""The event that httpcore tells when the connection stands and nothing was written to it"""
PORTS = {"http": 80, "https": 443}

StillOurs = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that a channel makes: one message.

    `who` is the robot or account whose rates count; it and `hidden` never stand in what is told.
    """

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    who: str = ""
    rates: tuple[Rate, ...] = ()
    hidden: tuple[str, ...] = ()


class Lookup(Protocol):
    """What knows the addresses of a host."""

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """All addresses, the preferred first; OSError where there are none."""
        ...


@dataclass(frozen=True)
class TimeLimits:
    """Seconds for a connection, and for the whole exchange."""

    connect: float
    whole: float

    @property
    def body(self) -> float:
        """For a body, after its status came."""
        return self.whole / 5


@dataclass(frozen=True)
class World:
    """What the transport asks beside the network: the wall clock (epoch milliseconds) and names."""

    now_ms: Callable[[], int]
    lookup: Lookup


class Relinquished(Exception):  # noqa: N818  it says what happened
    """The lease was lost before the first byte: nothing was sent."""


class NoAddress(OSError):  # noqa: N818  it says what happened
    """A host without an address."""


async def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class Transport:
    """Sends what channels make; never raises what the network raises."""

    def __init__(
        self,
        guard: Guard,
        rates: Rates,
        limits: TimeLimits,
        trusted: ssl.SSLContext,
        world: World,
        proxy: httpx.Proxy | None = None,
    ) -> None:
        self._guard = guard
        self._rates = rates
        self._limits = limits
        self._world = world
        self._http = _http(trusted, None)
        self._proxied = None if proxy is None else _http(trusted, proxy)

    async def close(self) -> None:
        """Close what is still open."""
        await self._http.aclose()
        if self._proxied is not None:
            await self._proxied.aclose()

    async def exchange(self, call: Call, still_ours: StillOurs) -> Answer | Delivery:
        """Send a call once: the answer, or the verdict where none came.

        `still_ours` is asked when the connection stands, immediately before the first byte.
        """
        wait = self._rates.wait(call.who, call.rates)
        if wait > 0:
            return Delivery(Verdict.TRANSIENT, "the channel's rate is used up", wait)
        outcome = await self._within_time(call, still_ours)
        if isinstance(outcome, Delivery) and outcome.verdict is not Verdict.TRANSIENT:
            self._rates.give_back(call.who)
        return outcome

    def quiet(self, call: Call, seconds: float | None) -> None:
        """Leave the robot of a call alone for so long, as its service asked."""
        if seconds:
            self._rates.quiet(call.who, seconds)

    async def _within_time(self, call: Call, still_ours: StillOurs) -> Answer | Delivery:
        try:
            async with asyncio.timeout(self._limits.whole):
                return await self._exchanged(call, still_ours)
        except TimeoutError:
            return _passing(f"no answer within {self._limits.whole:g} s")
        except Relinquished:
            return Delivery(Verdict.GIVEN_UP, "another replica acts now; nothing was sent")
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
            return Delivery(Verdict.PERMANENT, "the address or a header has signs that it may not")
        except httpx.TransportError as wrong:
            return _passing(_words(wrong))
        except OSError as wrong:
            return _passing(f"the host is not found: {wrong.strerror or type(wrong).__name__}")

    async def _exchanged(self, call: Call, still_ours: StillOurs) -> Answer | Delivery:
        url = httpx.URL(call.url)
        if not url.host:
            return Delivery(Verdict.PERMANENT, "the address names no host")
        host = url.raw_host.decode("ascii")
        addresses = await self._addresses(host, url.port or PORTS.get(url.scheme, 0))
        why = self._guard.refusal(url.scheme, url.host, addresses)
        if why is not None:
            return Delivery(Verdict.PERMANENT, why)
        if self._proxied is None or self._guard.on_premises(url.host, addresses):
            return await self._asked(call, url, addresses[:MOST_ADDRESSES], still_ours)
        return await self._through(self._proxied, self._request(call, url, url.host, still_ours))

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host; behind a proxy, none where the name is not known here."""
        try:
            return await self._world.lookup(host, port)
        except OSError:
            if self._proxied is None:
                raise
            return ()

    async def _through(
        self, proxied: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> Answer | Delivery:
        """The answer by the proxy."""
        try:
            response = await proxied.handle_async_request(request)
        except httpx.ProxyError as wrong:
            return _passing(f"the proxy refuses: {wrong}")
        except (httpx.ConnectError, httpx.ConnectTimeout) as wrong:
            cause = _certificate(wrong)
            return _passing(f"no connection: {cause}" if cause else "no connection to the proxy")
        return await self._answer(response)

    async def _asked(
        self, call: Call, url: httpx.URL, addresses: Sequence[str], still_ours: StillOurs
    ) -> Answer:
        """The answer of the first address that connects."""
        last = len(addresses) - 1
        for number, address in enumerate(addresses):
            request = self._request(call, url, address, still_ours)
            try:
                response = await self._http.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == last:
                    raise
                continue
            return await self._answer(response)
        raise NoAddress

    async def _answer(self, response: httpx.Response) -> Answer:
        """The answer, as far as it is read; one that breaks off is an answer all the same, since
        the status came. It is closed afterwards.
        """
        body = bytearray()
        whole = False
        try:
            async with asyncio.timeout(self._limits.body):
                whole = await _read(response, body)
        except (httpx.TransportError, TimeoutError):
            whole = False
        finally:
            await response.aclose()
        return Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            bytes(body[:MOST_BYTES]),
            whole,
            self._world.now_ms() / 1000,
        )

    def _request(
        self, call: Call, url: httpx.URL, address: str, still_ours: StillOurs
    ) -> httpx.Request:
        """The request as the host wants it, on a connection to that address."""

        async def trace(event: str, _: Mapping[str, object]) -> None:
            if event == BEFORE_THE_FIRST_BYTE and not still_ours():
                raise Relinquished

        whole = self._limits.whole
        return httpx.Request(
            call.method,
            url.copy_with(host=address),
            headers={
                "Host": url.netloc.decode("ascii"),
                "User-Agent": "floorpulse",
                "Accept-Encoding": "identity",
                "Connection": "close",
                **call.headers,
            },
            content=call.body,
            extensions={
                "trace": trace,
                "sni_hostname": url.raw_host.decode("ascii"),
                "timeout": httpx.Timeout(whole, connect=self._limits.connect).as_dict(),
            },
        )


def _http(trusted: ssl.SSLContext, proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(
        verify=trusted,
        trust_env=False,
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
        proxy=proxy,
    )


async def _read(response: httpx.Response, body: bytearray) -> bool:
    """Fill `body` up to its limit; whether that was all."""
    async for part in response.aiter_raw():
        body += part
        if len(body) > MOST_BYTES:
            return False
    return True


def _passing(said: str) -> Delivery:
    return Delivery(Verdict.TRANSIENT, said)


def _words(wrong: httpx.TransportError) -> str:
    """What went wrong on the way, without addresses."""
    match wrong:
        case httpx.ConnectTimeout():
            return "no connection within its time"
        case httpx.ConnectError():
            cause = _certificate(wrong)
            return f"no connection: {cause}" if cause else "no connection"
        case httpx.TimeoutException():
            return "no answer in time"
        case _:
            return f"the connection broke off ({type(wrong).__name__})"


def _certificate(wrong: BaseException) -> str:
    """What TLS says against the host's certificate; empty where it is not that."""
    cause: BaseException | None = wrong
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is refused ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed ({cause.reason})"
        cause = cause.__cause__ or cause.__context__
    return ""

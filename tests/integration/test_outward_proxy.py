"""Messages that leave by a real proxy: what goes through it, what goes past it, what it says."""

import os
import shutil
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGTERM

import httpx
import pytest
from pydantic import SecretStr

from floorpulse.alerts.domain.notices import Delivery, Verdict
from floorpulse.alerts.incidents.auditor import get
from floorpulse.alerts.notifiers.answers import Answer
from floorpulse.alerts.notifiers.guard import Guard
from floorpulse.alerts.notifiers.rates import Rates
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.transport import Call, TimeLimits, Transport, World
from floorpulse.demo.embedded.child import LOOPBACK, Child, StopStep, free_port
from floorpulse.runtime.clock import monotonic, now_ms
from tests.integration.answering import (
    AnsweringServer,
    Asked,
    Said,
    answering,
    certificates,
    listens,
)

SETTINGS = """
Port {port}
Listen 127.0.0.1
Timeout 10
LogLevel Connect
Allow 127.0.0.1
{more}
"""
ASKS = "BasicAuth floor only-for-tests"


class Place:
    """A host by TLS that a name here does not lead to, and what reaches it by a proxy."""

    def __init__(self, server: AnsweringServer, trusted: ssl.SSLContext, log: Path) -> None:
        self.server = server
        self.trusted = trusted
        self.log = log

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server.port}/said?x=1"

    def connected(self) -> int:
        """How often the proxy was asked to connect somewhere."""
        return self.log.read_text().count("CONNECT localhost:")

    async def asked(
        self,
        proxy: str,
        known: Sequence[str] = (),
        guard: Guard | None = None,
        *,
        ours: bool = True,
    ) -> Answer | Delivery:
        """The outcome of one message through a proxy, where the name leads to `known` here."""

        async def lookup(host: str, port: int) -> Sequence[str]:
            if not known:
                message = f"nobody knows {host}:{port}"
                raise OSError(message)
            return known

        settings = ChannelSettings(proxy=SecretStr(proxy))
        one = Transport(
            guard or Guard(), Rates(monotonic), TimeLimits(connect=2, whole=5), self.trusted,
            World(now_ms, lookup), settings.outward(),
        )  # fmt: skip
        try:
            return await one.exchange(Call(url=self.url, body=b"hello"), lambda: ours)
        finally:
            await one.close()


@asynccontextmanager
async def tinyproxy(folder: Path, more: str = "") -> AsyncIterator[int]:
    """The port of a proxy."""
    program = shutil.which("tinyproxy")
    if program is None:
        pytest.skip("no tinyproxy here")
    port = free_port()
    (folder / "proxy.conf").write_text(SETTINGS.format(port=port, more=more))
    command = [program, "-d", "-c", str(folder / "proxy.conf")]
    child = await Child.spawn(command, folder / "proxy.log", os.environ)  # noqa: TID251  PATH
    try:
        await child.until(lambda: listens(port), 30.0)
        yield port
    finally:
        await child.stop(StopStep(SIGTERM, 10.0))


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    made = certificates(folder)
    trusted = ssl.create_default_context(cafile=made.authority)
    async with answering(lambda _: Said(201, b"taken"), made.server) as server:
        yield Place(server, trusted, folder / "proxy.log")


async def test_a_message_goes_through_the_proxy_and_is_not_read_there(tmp_path: Path) -> None:
    async with tinyproxy(tmp_path) as port, place(tmp_path) as there:
        outcome = await there.asked(f"http://127.0.0.1:{port}")

    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.body) == (201, b"taken")
    (asked,) = there.server.asked
    assert asked == Asked("POST", "/said?x=1", asked.headers, b"hello")
    assert asked.headers["host"] == f"localhost:{there.server.port}"
    assert not any(name.startswith(("proxy-", "via", "x-forwarded")) for name in asked.headers)
    assert there.connected() == 1


async def test_a_proxy_that_wants_a_password_says_so_and_gets_it(tmp_path: Path) -> None:
    async with tinyproxy(tmp_path, ASKS) as port, place(tmp_path) as there:
        refused = await there.asked(f"http://127.0.0.1:{port}")
        let_in = await there.asked(f"http://floor:only-for-tests@127.0.0.1:{port}")

    assert isinstance(refused, Delivery)
    assert refused.verdict is Verdict.TRANSIENT
    assert refused.said.startswith("the proxy refuses: 407")
    assert isinstance(let_in, Answer)
    assert "authorization" not in there.server.asked[0].headers


async def test_what_fails_on_the_way_is_told_apart(tmp_path: Path) -> None:
    nobody = free_port()
    async with tinyproxy(tmp_path) as port, place(tmp_path) as there:
        proxy = f"http://127.0.0.1:{port}"
        gone = await there.asked(f"http://127.0.0.1:{nobody}")
        there.trusted = ssl.create_default_context()
        untrusted = await there.asked(proxy)
        await there.server.end()
        there.server.port = nobody
        beyond = await there.asked(proxy)

    for outcome, said in (
        (gone, "no connection to the proxy"),
        (untrusted, "no connection: its certificate is refused (self-signed certificate)"),
        (beyond, "the proxy refuses: 5"),
    ):
        assert isinstance(outcome, Delivery)
        assert outcome.verdict is Verdict.TRANSIENT
        assert outcome.said.startswith(said)
    assert there.server.asked == []


async def test_a_host_on_premises_is_reached_past_the_proxy(tmp_path: Path) -> None:
    async with tinyproxy(tmp_path) as port, place(tmp_path) as there:
        proxy = f"http://127.0.0.1:{port}"
        by_network = await there.asked(proxy, [LOOPBACK], Guard(loopback=True))
        by_name = await there.asked(proxy, [LOOPBACK], Guard(hosts=frozenset({"localhost"})))

    assert isinstance(by_network, Answer)
    assert isinstance(by_name, Answer)
    assert there.connected() == 0


async def test_a_name_that_leads_to_a_private_address_here_is_refused_behind_a_proxy_too(
    tmp_path: Path,
) -> None:
    async with tinyproxy(tmp_path) as port, place(tmp_path) as there:
        outcome = await there.asked(f"http://127.0.0.1:{port}", ["10.0.0.7"])

    assert isinstance(outcome, Delivery)
    assert outcome.verdict is Verdict.PERMANENT
    assert there.connected() == 0


async def test_who_lost_the_lease_sends_nothing_through_the_proxy(tmp_path: Path) -> None:
    async with tinyproxy(tmp_path) as port, place(tmp_path) as there:
        outcome = await there.asked(f"http://127.0.0.1:{port}", ours=False)

    assert isinstance(outcome, Delivery)
    assert outcome.verdict is Verdict.GIVEN_UP
    assert there.server.asked == []


async def test_the_heartbeat_goes_through_the_proxy(tmp_path: Path) -> None:
    async with tinyproxy(tmp_path) as port, answering(lambda _: Said()) as switch:
        await get(f"http://localhost:{switch.port}/beat", httpx.Proxy(f"http://127.0.0.1:{port}"))

    (asked,) = switch.asked
    assert asked.target == "/beat"
    assert "via" in asked.headers

"""A server on loopback that answers as it is told: in whole, in half, late, never, too much."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

HEAD_END = b"\r\n\r\n"
LOOK_AGAIN_AFTER = 0.1


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """What is answered: `raw` instead of an answer made from the rest; `held` never ends."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    held: bool = False

    def written(self) -> bytes:
        if self.raw is not None:
            return self.raw
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Said\r\n{lines}\r\n".encode() + self.body


Script = Callable[[Asked], Said]


class AnsweringServer:
    """What came in, and where the server is."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()

    async def end(self) -> None:
        """Hang up on everybody, and wait until nobody is there."""
        while self._writers:
            self._ended.clear()
            for writer in self._writers:
                writer.transport.abort()
            await self._ended.wait()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._writers.discard(writer)
            self._ended.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(HEAD_END)).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        given = dict(line.split(": ", 1) for line in head[1:] if line)
        asked = Asked(method, target, {name.lower(): text for name, text in given.items()}, body)
        self.asked.append(asked)
        said = self.script(asked)
        writer.write(said.written())
        await writer.drain()
        if said.held:
            await reader.read()


@asynccontextmanager
async def answering(
    script: Script, context: ssl.SSLContext | None = None
) -> AsyncIterator[AnsweringServer]:
    """A running server, by TLS where a context is given."""
    told = AnsweringServer(script)
    server = await asyncio.start_server(told, "127.0.0.1", 0, ssl=context, limit=2**20)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        server.close()
        await told.end()


@dataclass(frozen=True)
class Certificates:
    """A certificate for `localhost` by an authority of its own, as a server's context."""

    server: ssl.SSLContext
    authority: Path


def certificates(folder: Path, name: str = "localhost") -> Certificates:
    """Made by openssl, valid for two days."""
    openssl = shutil.which("openssl")
    assert openssl is not None, "these tests make certificates: install openssl"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    made += [
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
        "-addext",
        f"subjectAltName=DNS:{name}",
    ]
    made += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return Certificates(context, certificate)


async def listens(port: int) -> bool:
    """Whether anybody listens on a port of loopback; where nobody does, a moment later."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        await asyncio.sleep(LOOK_AGAIN_AFTER)
        return False
    writer.close()
    return True

"""Recorded events: a file of NDJSON or of one JSON array, plain or gzip, read as numbered lines
without being parsed.
"""

import asyncio
import os
import stat
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

Line = tuple[int, bytes]
"""Number of the line in its file (of the item in its array), from 1, and the JSON of one event in
one line.
"""

BLOCK = 1 << 18
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"


class UnreadableError(Exception):
    """A recording cannot be read, or not to its end; the message says which, where and why."""


class Gunzip:
    """Unpacks a stream block by block if it is gzip, in one part or several, and else passes it
    on.
    """

    def __init__(self) -> None:
        self._packed: bool | None = None
        self._head = b""
        self._part = zlib.decompressobj(31)

    def unpack(self, block: bytes) -> bytes:
        """The next bytes; raises `zlib.error` where the stream is damaged."""
        block = self._head + block
        self._head = b""
        if self._packed is None and block == GZIP[:1]:
            self._head = block
            return b""
        if self._packed is None:
            self._packed = block.startswith(GZIP)
        if not self._packed:
            return block
        out = b""
        while block:
            if self._part.eof:
                self._part = zlib.decompressobj(31)
            out += self._part.decompress(block)
            block = self._part.unused_data
        return out

    @property
    def complete(self) -> bool:
        """Whether the stream may end here."""
        return not self._packed or self._part.eof


class Recording:
    """One recording, read once; `read` of `size` bytes (None: unknown) have been taken from it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.name = "standard input" if file == "-" else file
        self.size = Path(file).stat().st_size if file != "-" and Path(file).is_file() else None
        self.read = 0

    async def lines(self) -> AsyncGenerator[list[Line], None]:
        """Its events, some at a time; an `UnreadableError` when it cannot be read on."""
        gunzip = Gunzip()
        splitter = Splitter()
        try:
            async for block in blocks(self._file):
                self.read += len(block)
                yield splitter.take(gunzip.unpack(block))
            yield splitter.rest()
        except (OSError, zlib.error, msgspec.DecodeError, UnicodeDecodeError) as wrong:
            message = f"{self.name} cannot be read after line {splitter.number}: {wrong}"
            raise UnreadableError(message) from wrong
        if not gunzip.complete:
            message = (
                f"{self.name} ends in the middle of its gzip data, after line "
                f"{splitter.number}; it was cut off"
            )
            raise UnreadableError(message)


class Splitter:
    """Cuts a stream into numbered lines; a stream that begins with `[` is gathered and cut into the
    array's items.
    """

    def __init__(self) -> None:
        self.number = 0
        self._begun = False
        self._array: list[bytes] | None = None
        self._tail = b""

    def take(self, block: bytes) -> list[Line]:
        """The lines that `block` completes; blank ones count but are left out."""
        data = self._tail + block
        self._tail = b""
        if not self._begun:
            data = data.removeprefix(BOM).lstrip(b" \t")
            self._begun = bool(data.strip()) and not BOM.startswith(data)
            self._array = [] if self._begun and data.lstrip().startswith(b"[") else None
        if self._array is not None:
            self._array.append(data)
            return []
        *lines, self._tail = data.split(b"\n")
        return self._numbered(lines)

    def rest(self) -> list[Line]:
        """The lines left at the stream's end; raises `msgspec.DecodeError` where an array is not
        one.
        """
        if self._array is None:
            return self._numbered([self._tail])
        items = msgspec.json.decode(b"".join(self._array), type=list[msgspec.Raw])
        return self._numbered([msgspec.json.format(bytes(item), indent=-1) for item in items])

    def _numbered(self, lines: list[bytes]) -> list[Line]:
        first = self.number + 1
        self.number += len(lines)
        return [
            (number, line)
            for number, line in enumerate(lines, first)
            if line and not line.isspace()
        ]


async def blocks(file: str) -> AsyncIterator[bytes]:
    """The bytes of a file, or of standard input for `-`."""
    if file == "-" and not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode):
        async for block in piped(sys.stdin.buffer):
            yield block
    else:
        for block in stored(sys.stdin.buffer if file == "-" else Path(file)):
            yield block


def stored(file: BinaryIO | Path) -> Iterator[bytes]:
    """The bytes of something on disk."""
    with file.open("rb") if isinstance(file, Path) else file as opened:
        while block := opened.read(BLOCK):
            yield block


async def piped(stream: BinaryIO) -> AsyncIterator[bytes]:
    """The bytes of a pipe or a terminal, without blocking others or a cancellation."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), stream
    )
    try:
        while block := await reader.read(BLOCK):
            yield block
    finally:
        transport.close()

"""Recorded events: a file of NDJSON, of one JSON array or of JSON objects, plain or packed, read as
numbered lines without being parsed.

    {"id":"1"}⏎{"id":"2"}      line by line, as they come
    [{"id":"1"},{"id":"2"}]    the items of the array
    {"id":"1"}{"id":"2"}       the objects, which may go over several lines: what Amazon's Firehose
                               stores, and what the command lines of platforms print
"""

import asyncio
import bz2
import json
import lzma
import os
import re
import stat
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Never, Protocol

import msgspec

Line = tuple[int, bytes]
"""Number of the line in its file (of the item in its array), from 1, and the JSON of one event in
one line.
"""

BLOCK = 1 << 18
PIECE = 1 << 12
"""Bytes that are unpacked at once: of a damaged piece nothing can be read"""
BOM = b"\xef\xbb\xbf"
GOES_ON = ("truncated", "trailing characters")
"""What decoding says of a line that holds less than one object, or more"""
NO_BLANK = re.compile(r"[^ \t\r\n]")
DECODER = json.JSONDecoder()
AS_IT_IS = "surrogateescape"
"""How bytes that are no UTF-8 go through a text and back"""
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError)
"""What unpacking raises"""


class Part(Protocol):
    """One part of a packed stream, as zlib, bz2 and lzma unpack it."""

    @property
    def eof(self) -> bool:
        """Whether it ended."""
        ...

    @property
    def unused_data(self) -> bytes:
        """The bytes behind its end."""
        ...

    def decompress(self, data: bytes, /) -> bytes:
        """Its next bytes."""
        ...


def _foreign(what: str, remedy: str, command: str) -> Never:
    message = f"it is {what}: {remedy} it first ({command} FILE | floorpulse replay - …)"
    raise OSError(message)


PACKED: dict[bytes, Callable[[], Part]] = {
    b"\x1f\x8b": partial(zlib.decompressobj, 31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
    b"\x28\xb5\x2f\xfd": partial(_foreign, "packed by zstd", "unpack", "zstd -dc"),
    b"PK\x03\x04": partial(_foreign, "a zip archive", "unpack", "unzip -p"),
    b"\xff\xfe": partial(_foreign, "text in UTF-16", "convert", "iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": partial(_foreign, "text in UTF-16", "convert", "iconv -f UTF-16 -t UTF-8"),
}
"""How a packed stream begins, and what unpacks it: gzip, bzip2, xz; of others what to do is said"""
PADDING = b"\0"
"""What archives on tape and xz fill up the end of a packed stream with"""


class UnreadableError(Exception):
    """A recording cannot be read, or not to its end; the message says which, where and why."""


class Unpacker:
    """Unpacks a stream block by block if it is packed, in one part or several, and else passes it
    on.

    Where a block cannot be unpacked to its end, what comes before is `unpack`ed and `damage` says
    what is wrong: nothing behind it can be read.
    """

    def __init__(self) -> None:
        self._open: Callable[[], Part] | None = None
        self._begun = False
        self._head = b""
        self._part: Part | None = None
        self.damage: Exception | None = None

    def unpack(self, block: bytes) -> bytes:
        """The next bytes."""
        block = self._head + block
        self._head = b""
        if not self._begun and any(mark.startswith(block) for mark in PACKED):
            self._head = block
            return b""
        if not self._begun:
            self._begun = True
            self._open = next((PACKED[m] for m in PACKED if block.startswith(m)), None)
        return block if self._open is None else self._unpacked(block, self._open)

    def _unpacked(self, block: bytes, opened: Callable[[], Part]) -> bytes:
        out: list[bytes] = []
        try:
            for begin in range(0, len(block), PIECE):
                out += self._parts(block[begin : begin + PIECE], opened)
        except DAMAGED as wrong:
            self.damage = wrong
        return b"".join(out)

    def _parts(self, piece: bytes, opened: Callable[[], Part]) -> Iterator[bytes]:
        while piece:
            if self._part is None or self._part.eof:
                piece = piece if self._part is None else piece.lstrip(PADDING)
                self._part = opened() if piece else self._part
            else:
                yield self._part.decompress(piece)
                piece = self._part.unused_data

    def rest(self) -> bytes:
        """The bytes left at the stream's end: of one shorter than any mark."""
        return self._head

    @property
    def complete(self) -> bool:
        """Whether the stream may end here."""
        return self._part is None or self._part.eof


class Recording:
    """One recording, read once; `read` of `size` bytes (None: unknown) have been taken from it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.name = "standard input" if file == "-" else file
        self.size = Path(file).stat().st_size if file != "-" and Path(file).is_file() else None
        self.read = 0

    async def lines(self) -> AsyncGenerator[list[Line], None]:
        """Its events, some at a time; an `UnreadableError` when it cannot be read on."""
        unpacker = Unpacker()
        splitter = Splitter()
        try:
            async for block in blocks(self._file):
                self.read += len(block)
                yield splitter.take(unpacker.unpack(block))
                if unpacker.damage is not None:
                    break
        except OSError as wrong:
            raise self._unreadable(splitter, wrong) from wrong
        yield splitter.take(unpacker.rest())
        yield splitter.rest()
        damage = unpacker.damage or (splitter.damage if unpacker.complete else None)
        if damage is not None:
            raise self._unreadable(splitter, damage) from damage
        if not unpacker.complete:
            message = (
                f"{self.name} ends in the middle of its packed data, after line "
                f"{splitter.number}; it was cut off"
            )
            raise UnreadableError(message)

    def _unreadable(self, splitter: "Splitter", wrong: Exception) -> UnreadableError:
        return UnreadableError(f"{self.name} cannot be read after line {splitter.number}: {wrong}")


class Splitter:
    """Cuts a stream into numbered lines. A stream that begins with `[`, or with an object that does
    not end with its line, is gathered and cut into its items.

    `damage` says, once the rest was taken, why an array could not be read behind its last item.
    """

    def __init__(self) -> None:
        self.number = 0
        self.damage: Exception | None = None
        self._begun = False
        self._gathered: list[bytes] | None = None
        self._is_array = False
        self._tail = b""

    def take(self, block: bytes) -> list[Line]:
        """The lines that `block` completes; blank ones count but are left out."""
        data = self._tail + block
        self._tail = b""
        if not self._begun:
            data = data.removeprefix(BOM).lstrip(b" \t")
            if not self._begins(data):
                self._tail = data
                return []
        if self._gathered is not None:
            self._gathered.append(data)
            return []
        *lines, self._tail = data.split(b"\n")
        return self._numbered(lines)

    def _begins(self, data: bytes) -> bool:
        """Whether `data` shows what the stream is."""
        first, ended, _ = data.lstrip().partition(b"\n")
        if not first or BOM.startswith(data) or (first.startswith(b"{") and not ended):
            return False
        self._is_array = first.startswith(b"[")
        if self._is_array or _goes_on(first):
            self._gathered = []
        self._begun = True
        return True

    def rest(self) -> list[Line]:
        """The lines left at the stream's end; of a damaged array its items before `damage`."""
        if not self._begun and _goes_on(self._tail.strip()):
            self._gathered = [self._tail]
        if self._gathered is None:
            return self._numbered(self._tail.split(b"\n") if self._tail else [])
        whole = b"".join(self._gathered)
        return self._numbered(self._items(whole) if self._is_array else _objects(whole))

    def _items(self, whole: bytes) -> list[bytes]:
        try:
            items = msgspec.json.decode(whole, type=list[msgspec.Raw])
            return [msgspec.json.format(bytes(item), indent=-1) for item in items]
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            self.damage = wrong
        return list(_readable_items(whole.decode(errors=AS_IT_IS)))

    def _numbered(self, lines: list[bytes]) -> list[Line]:
        first = self.number + 1
        self.number += len(lines)
        return [
            (number, line)
            for number, line in enumerate(lines, first)
            if line and not line.isspace()
        ]


def _goes_on(line: bytes) -> bool:
    """Whether an object begins in the line and ends in a later one, or another one follows it."""
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return line.startswith(b"{") and any(sign in str(wrong) for sign in GOES_ON)
    return False


def _objects(whole: bytes) -> list[bytes]:
    """The JSON objects that stand one behind the other, each on one line. What is none goes up to
    the next line that begins with an object, or to the end, and is one line too: whoever judges it
    says what is wrong with it.
    """
    text = whole.decode(errors=AS_IT_IS)
    items: list[bytes] = []
    at = 0
    while found := NO_BLANK.search(text, at):
        begin = found.start()
        item, end = _object(text, begin)
        items.append(_on_one_line(text[begin:end]) if item is None else item)
        at = end
    return items


def _object(text: str, begin: int) -> tuple[bytes | None, int]:
    """The object that begins there and its end; None where there is none, with the end of what
    stands there instead.
    """
    try:
        value, end = DECODER.raw_decode(text, begin)
        if isinstance(value, dict):
            return msgspec.json.format(_bytes(text[begin:end]), indent=-1), end
    except (ValueError, RecursionError):
        pass
    following = text.find("\n{", begin)
    return None, len(text) if following < 0 else following


def _readable_items(text: str) -> Iterator[bytes]:
    """The items of an array up to the first that cannot be read."""
    found = NO_BLANK.search(text, text.index("[") + 1)
    while found is not None and found[0] != "]":
        try:
            _, end = DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            return
        yield _on_one_line(text[found.start() : end])
        comma = NO_BLANK.search(text, end)
        if comma is None or comma[0] != ",":
            return
        found = NO_BLANK.search(text, comma.end())


def _on_one_line(text: str) -> bytes:
    return _bytes(text.strip()).replace(b"\r", b" ").replace(b"\n", b" ")


def _bytes(text: str) -> bytes:
    return text.encode(errors=AS_IT_IS)


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

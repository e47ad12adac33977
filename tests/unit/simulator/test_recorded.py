"""Recordings of every shape come out as the same numbered lines."""

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.simulator.recorded import (
    Line,
    Recording,
    Splitter,
    Unpacker,
    UnreadableError,
)

EVENTS = [{"id": str(number), "text": "é " * number} for number in range(40)]
NDJSON = "\n".join(json.dumps(event) for event in EVENTS).encode()
EXPECTED = [(number, line) for number, line in enumerate(NDJSON.split(b"\n"), 1)]


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """`data` in blocks that begin at the given places."""
    places = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


def split(blocks: list[bytes]) -> list[Line]:
    splitter = Splitter()
    unpacker = Unpacker()
    lines = [line for block in blocks if block for line in splitter.take(unpacker.unpack(block))]
    lines += splitter.take(unpacker.rest()) + splitter.rest()
    assert unpacker.complete
    return lines


async def lines_of(file: Path) -> list[Line]:
    return [line async for lines in Recording(str(file)).lines() for line in lines]


@given(at=st.lists(st.integers(0, 3_000), max_size=6))
def test_it_does_not_matter_where_blocks_end(at: list[int]) -> None:
    assert split(cut(NDJSON, at)) == EXPECTED


@given(at=st.lists(st.integers(0, 3_000), max_size=4))
def test_a_byte_order_mark_is_left_out(at: list[int]) -> None:
    assert split(cut(b"\xef\xbb\xbf" + NDJSON, at)) == EXPECTED


@given(
    at=st.lists(st.integers(0, 3_000), max_size=4),
    pack=st.sampled_from([gzip.compress, bz2.compress, lzma.compress]),
)
def test_a_packed_stream_in_several_parts_is_unpacked(
    at: list[int], pack: Callable[[bytes], bytes]
) -> None:
    packed = pack(NDJSON[:100]) + pack(NDJSON[100:])

    assert split(cut(packed, at)) == EXPECTED


def test_a_stream_shorter_than_any_mark_is_no_packed_one() -> None:
    assert split([b"B"]) == [(1, b"B")]
    assert split([b"BZ", b"\nx"]) == [(1, b"BZ"), (2, b"x")]


@given(
    at=st.lists(st.integers(0, 3_000), max_size=4),
    indent=st.sampled_from([None, 2]),
    lead=st.sampled_from(["", "\n \n", "\ufeff"]),
)
def test_an_array_comes_out_item_by_item_each_on_one_line(
    at: list[int], indent: int | None, lead: str
) -> None:
    data = (lead + json.dumps(EVENTS, indent=indent)).encode()

    lines = [line for _, line in split(cut(data, at))]

    assert [json.loads(line) for line in lines] == EVENTS
    assert not any(b"\n" in line for line in lines)


@given(
    at=st.lists(st.integers(0, 3_000), max_size=4),
    indent=st.sampled_from([None, 2]),
    between=st.sampled_from(["", "\n", " \r\n"]),
    lead=st.sampled_from(["", "\n \n", "\ufeff"]),
)
def test_objects_that_stand_one_behind_the_other_come_out_each_on_one_line(
    at: list[int], indent: int | None, between: str, lead: str
) -> None:
    data = (lead + between.join(json.dumps(event, indent=indent) for event in EVENTS)).encode()

    assert [json.loads(line) for _, line in split(cut(data, at))] == EVENTS


def test_a_single_object_over_several_lines_is_one() -> None:
    assert split([b'{\n  "a": 1,\n  "b": [2,\n 3]\n}\n']) == [(1, b'{"a":1,"b":[2,3]}')]
    assert split([b'{"a":1}']) == [(1, b'{"a":1}')]


def test_what_amazons_firehose_stores_is_told_apart_though_it_is_one_line() -> None:
    expected = [(1, b'{"a":1}'), (2, b'{"b":"{"}')]

    assert split([b'{"a":1}{"b":"{"}']) == expected
    assert split([b'{"a":1}{"b"', b':"{"}\n']) == expected


@pytest.mark.parametrize(
    "first",
    [b'{"a":1', b"{a", b"\xff{", b'{"a":' * 99_999],
    ids=["cut", "no JSON", "no UTF-8", "nested without end"],
)
def test_lines_of_which_the_first_is_damaged_are_still_lines(first: bytes) -> None:
    lines = split([first + b'\n{"b":2}\n'])

    assert lines == [(1, first), (2, b'{"b":2}')]


def test_what_is_no_object_behind_one_is_a_line_of_its_own() -> None:
    assert split([b'{"a":1} 2\n{"b":2}\n']) == [(1, b'{"a":1}'), (2, b"2"), (3, b'{"b":2}')]


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (b'{\n "a": [1,\n}', b'{  "a": [1, }'),
        (b'{\n "a": \xff\r\n}', b'{  "a": \xff  }'),
        (b'{"a":NaN}', b'{"a":NaN}'),
    ],
    ids=["no JSON", "no UTF-8", "no number of JSON"],
)
def test_objects_around_a_damaged_one_over_several_lines_come_out(
    damaged: bytes, said: bytes
) -> None:
    whole = b'{\n "b": 1\n}\n' + damaged + b'\n{\n "c": 2\n}\n'

    assert split([whole]) == [(1, b'{"b":1}'), (2, said), (3, b'{"c":2}')]


def test_the_objects_before_a_cut_off_one_come_out() -> None:
    assert split([b'{"a":1}{"b":2}{"c"']) == [(1, b'{"a":1}'), (2, b'{"b":2}'), (3, b'{"c"')]


def test_a_byte_order_mark_in_two_blocks_before_an_array_is_left_out() -> None:
    assert split([b"\xef", b'\xbb\xbf[{"a":1},', b'{"b":2}]']) == [(1, b'{"a":1}'), (2, b'{"b":2}')]


def test_blank_lines_count_but_are_left_out() -> None:
    assert split([b'{"a":1}\n\n  \r\n{"b":2}\n']) == [(1, b'{"a":1}'), (4, b'{"b":2}')]


def test_an_empty_recording_has_no_lines() -> None:
    assert split([]) == []


async def test_a_file_tells_how_much_of_it_was_read(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(gzip.compress(NDJSON))
    recording = Recording(str(file))

    lines = [line async for lines in recording.lines() for line in lines]

    assert lines == EXPECTED
    assert recording.read == recording.size == file.stat().st_size


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(NDJSON, mtime=0)[:-20], "cut off"),
        (bz2.compress(NDJSON)[:-20], "cut off"),
        (lzma.compress(NDJSON)[:-20], "cut off"),
        (b"\x1f\x8bnonsense that is no gzip", "cannot be read after line 0"),
        (b"BZh9nonsense that is no bzip2", "cannot be read after line 0"),
        (b"\xfd7zXZ\x00nonsense that is no xz", "cannot be read after line 0"),
        (b"\x28\xb5\x2f\xfd\x24\x00", "line 0: it is packed by zstd: unpack it first"),
        (b"PK\x03\x04\x14\x00", "line 0: it is a zip archive: unpack it first"),
        ('{"id":"1"}'.encode("utf-16"), "line 0: it is text in UTF-16: convert it first"),
        (b"[1, 2", "cannot be read after line 2"),
        (b"[1, 2] 3", "cannot be read after line 2"),
        (b"[1, 2 3]", "cannot be read after line 2"),
        (b'["\xff"', "cannot be read after line 1"),
    ],
)
async def test_a_damaged_file_is_named_with_what_is_wrong(
    tmp_path: Path, data: bytes, said: str
) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(data)

    with pytest.raises(UnreadableError, match=said) as raised:
        await lines_of(file)

    assert "damaged" in str(raised.value)


async def read_of(file: Path) -> list[bytes]:
    """The lines that a damaged file gives before it says what is wrong."""
    found: list[bytes] = []

    async def read() -> None:
        async for lines in Recording(str(file)).lines():
            found.extend(line for _, line in lines)

    with pytest.raises(UnreadableError):
        await read()
    return found


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(NDJSON) + b"something else",
        bz2.compress(NDJSON) + b"something else",
        b"[" + b",".join(NDJSON.split(b"\n")) + b',{"id":,},{"id":"41"}]',
        b"[" + b",\n".join(NDJSON.split(b"\n")) + b',\n{"id":"4',
        gzip.compress(b"[" + b",".join(NDJSON.split(b"\n"))),
    ],
    ids=["gzip", "bzip2", "array with a damaged item", "array cut off", "packed array"],
)
async def test_what_stands_before_a_damage_is_read(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "damaged"
    file.write_bytes(data)

    assert [json.loads(line) for line in await read_of(file)] == EVENTS


async def test_of_packed_data_with_a_wrong_sum_only_the_last_piece_is_lost(
    tmp_path: Path,
) -> None:
    file = tmp_path / "damaged"
    lines = [sha256(str(number).encode()).hexdigest().encode() for number in range(2_000)]
    file.write_bytes(gzip.compress(b"\n".join(lines), mtime=0)[:-8] + b"wrongsum")

    found = await read_of(file)

    assert found[:1_800] == lines[:1_800]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
async def test_zeros_behind_packed_data_are_padding(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "padded"
    file.write_bytes(pack(NDJSON) + bytes(512))

    assert await lines_of(file) == EXPECTED


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="nowhere"):
        await lines_of(tmp_path / "nowhere")

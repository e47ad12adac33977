"""A key's partition is the one that Kafka's own producers choose."""

import pytest
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.partitioner import murmur2 as by_bytes
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.domain.partitions import (
    FEW,
    murmur2,
    partition_of,
    partitions_of,
    side_by_side,
)

EDGES = (b"\x00", b"\x01", b"\x7f", b"\x80", b"\xff", b"a", b"|", b"\xe8")


@pytest.mark.parametrize(
    ("key", "java"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_of_javas_own_test_have_javas_hash(key: bytes, java: int) -> None:
    assert murmur2(key) == java % 2**32


@pytest.mark.parametrize("length", range(1, 40))
def test_keys_of_any_length_have_the_hash_of_aiokafka_alone_and_side_by_side(length: int) -> None:
    keys = [(edge * 3 + bytes(range(200, 240)))[:length] for edge in EDGES]
    theirs = [by_bytes(key) for key in keys]
    assert [murmur2(key) for key in keys] == theirs
    assert list(side_by_side(keys)) == theirs


def test_an_empty_key_has_a_hash_too() -> None:
    assert murmur2(b"") == by_bytes(b"") == side_by_side([b""])[0]


@given(st.binary(max_size=700), st.binary(min_size=700, max_size=700))
def test_whatever_bytes_keys_have_they_hash_as_with_aiokafka(one: bytes, two: bytes) -> None:
    keys = [one, two[: len(one)]]
    assert list(side_by_side(keys)) == [by_bytes(key) for key in keys]
    assert murmur2(one) == by_bytes(one)


@pytest.mark.parametrize("count", [1, 3, 8, 12])
@pytest.mark.parametrize("number", [0, 1, FEW - 1, FEW, 300])
def test_keys_go_where_aiokafka_would_send_them(number: int, count: int) -> None:
    theirs = DefaultPartitioner()
    partitions = list(range(count))
    keys = [f"shop|联系-{one}".encode() for one in range(number)]
    homes = {key: theirs(key, partitions, partitions) for key in keys}
    assert partitions_of([*keys, *keys], partitions) == homes
    assert {key: partition_of(key, partitions) for key in keys} == homes

"""Which partition a key belongs to: Kafka's own choice, by murmur2, so that every producer agrees.

Java's hash reads 32-bit words, and so does this one; aiokafka's reads bytes one by one and takes
several times as long. Keys of one length are hashed side by side, each in 64 bits of one long
number, so that a step of the hash is one operation for all of them:

    word of key 3 │ 0000 │ word of key 2 │ 0000 │ word of key 1        × factor: 63 bits at most
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from struct import unpack, unpack_from

SEED = 0x9747B28C
FACTOR = 0x5BD1E995
WORD = 0xFFFFFFFF
POSITIVE = 0x7FFFFFFF
LANE = 8
"""Bytes of a lane: a word, and room for its product"""
FEW = 6
"""Keys of one length that are not worth lanes"""
REMEMBERED = 16_384
"""Keys whose hash is kept: a contact's events have one key and follow each other"""


def partition_of(key: bytes, partitions: Sequence[int]) -> int:
    """The partition of one key, as `partitions_of` has it."""
    return partitions[(murmur2(key) & POSITIVE) % len(partitions)]


def partitions_of(keys: Iterable[bytes], partitions: Sequence[int]) -> dict[bytes, int]:
    """The partition of each key among `partitions`, which are all of the topic in ascending
    order.
    """
    count = len(partitions)
    return {key: partitions[(found & POSITIVE) % count] for key, found in _hashed(keys)}


def _hashed(keys: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    by_length: defaultdict[int, list[bytes]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        by_length[len(key)].append(key)
    for some in by_length.values():
        found = map(murmur2, some) if len(some) < FEW else side_by_side(some)
        yield from zip(some, found, strict=True)


@lru_cache(REMEMBERED)
def murmur2(key: bytes) -> int:
    """MurmurHash2 of `key` with 32 bits and Kafka's seed.

    https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/utils/Utils.java
    """
    length = len(key)
    whole = length >> 2
    found = SEED ^ length
    for word in unpack_from(f"<{whole}I", key):
        mixed = word * FACTOR & WORD
        found = (found * FACTOR ^ (mixed ^ mixed >> 24) * FACTOR) & WORD
    rest = key[whole << 2 :]
    if rest:
        found = (found ^ int.from_bytes(rest, "little")) * FACTOR & WORD
    found = (found ^ found >> 13) * FACTOR & WORD
    return found ^ found >> 15


def side_by_side(keys: Sequence[bytes]) -> tuple[int, ...]:
    """The `murmur2` of keys that all have one length."""
    length = len(keys[0])
    whole = length >> 2
    every = _in_all(1, len(keys))
    low = every * WORD
    found = every * (SEED ^ length)
    *words, rest = _columns(keys, whole + 1)
    for word in words:
        mixed = word * FACTOR & low
        mixed ^= mixed >> 24 & every * (WORD >> 24)
        found = (found * FACTOR ^ mixed * FACTOR) & low
    if length & 3:
        found = (found ^ rest) * FACTOR & low
    found = (found ^ found >> 13 & every * (WORD >> 13)) * FACTOR & low
    found ^= found >> 15 & every * (WORD >> 15)
    return unpack(f"<{len(keys)}Q", found.to_bytes(LANE * len(keys), "little"))


def _in_all(value: int, lanes: int) -> int:
    """A word in every lane."""
    return int.from_bytes(value.to_bytes(LANE, "little") * lanes, "little")


def _columns(keys: Sequence[bytes], words: int) -> list[int]:
    """The first words of all keys, their second ones and so on, each key filled up with zeros."""
    padded = memoryview(b"".join([key.ljust(4 * words, b"\0") for key in keys])).cast("I")
    return [_lanes(padded[place::words]) for place in range(words)]


def _lanes(words: memoryview) -> int:
    """Words of four bytes, little end first, each in a lane of its own."""
    wide = bytearray(LANE * len(words))
    memoryview(wide).cast("I")[::2] = words
    return int.from_bytes(wide, "little")

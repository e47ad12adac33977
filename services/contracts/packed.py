"""Cells as tables hold them: MessagePack maps, one or many joined end to end."""

import msgspec

from floorpulse.contracts.cells import Cells

ARRAY_32 = b"\xdd"
"""MessagePack's mark before a 32-bit count and that many values."""

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(Cells).decode
_unpack_list = msgspec.msgpack.Decoder(list[Cells]).decode


def unpack_joined(count: int, joined: bytes) -> list[Cells]:
    """The `count` maps that were joined end to end, as PostgreSQL's string_agg does."""
    return _unpack_list(ARRAY_32 + count.to_bytes(4, "big") + joined)

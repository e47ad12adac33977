#!/usr/bin/env bash
# dpkt takes RTP's header extension for sound: a minute of G.711 with audio levels in its packets
# lasts 63 seconds by its bytes.
#
# Package:  dpkt 1.9.8 (PyPI)
# Expected: The data of an RTP packet is its payload, behind the header, the contributing sources
#           and the extension, and without the padding that the packet says it has (RFC 3550).
# Seen:     The sources are taken off (as csrc), extension and padding are not, though dpkt has both
#           bits (x, p). Each packet of 160 bytes of sound has 168 bytes of data.
# Matters:  The audio level of RFC 6464 comes with each packet of WebRTC. A talk time counted from a
#           capture's bytes is 5 % too long, and a recording put together from it has eight bytes
#           that are no sound in every 20 ms. Take off 4 + 4 * length bytes where x is set, and
#           as many as the last byte says where p is.
# Source:   RFC 3550, 5.1 and 5.3.1; RTP.unpack in dpkt/rtp.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check dpkt==1.9.8 || exit 2

"$python" - <<'PY'
import struct
import sys
from importlib.metadata import version

from dpkt.rtp import RTP

SOUND = b"\xd5" * 160  # 20 ms of silence in A-law, payload type 8
LEVEL = struct.pack(">HH", 0xBEDE, 1) + b"\x10\xff\x00\x00"  # one word: the level, padded
PADDING = b"\x00\x00\x00\x04"


def packet(
    number: int, *, extension: bytes = b"", padding: bytes = b"", source: bytes = b""
) -> bytes:
    bits = 0x80 | bool(padding) << 5 | bool(extension) << 4 | bool(source)
    head = struct.pack(">BBHII", bits, 8, number, 160 * number, 1234)
    return head + source + extension + SOUND + padding


def seconds(packets: list[bytes]) -> float:
    return sum(len(RTP(packet).data) for packet in packets) / 8000


minute = range(3000)
plain = seconds([packet(number) for number in minute])
mixed = seconds([packet(number, source=b"\0\0\0\x63") for number in minute])
levels = seconds([packet(number, extension=LEVEL) for number in minute])
padded = len(RTP(packet(1, padding=PADDING)).data)
marked = RTP(packet(1, extension=LEVEL))

print("dpkt", version("dpkt"))
print("expected: 60 s, 60 s and 60 s of sound, and 160 bytes of a padded packet")
print("seen: plain", plain, "- with a source", mixed, "- with levels", levels, "- padded", padded)
surprise = levels == 63 and padded == 164 and marked.x == 1 and marked.data.startswith(LEVEL)
sys.exit(0 if surprise and plain == mixed == 60 else 1)
PY

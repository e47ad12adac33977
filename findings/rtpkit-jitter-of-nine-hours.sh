#!/usr/bin/env bash
# rtpkit follows RTP's sequence numbers over their end and not its timestamps: a faultless call has
# a jitter of nine hours for a moment, and of half a minute two seconds later.
#
# Package:  rtpkit 0.3.0 (PyPI)
# Expected: Both counters of RTP begin at random and run over: sequence numbers after 65535,
#           timestamps after 2^32 - 1. A tracker that follows the first follows the second; the
#           jitter of packets each 20 ms on time is 0 throughout.
# Seen:     No packet is lost or out of order when the sequence runs over. When the timestamp does,
#           one difference is 2^32, and the jitter jumps by a sixteenth of that, 33,554 s. It then
#           shrinks by a sixteenth a packet, and is below 1 ms after some 280 packets, 5.6 s.
# Matters:  At 8 kHz a timestamp runs over once in 149 hours: on a hundred busy lines that is one
#           call each hour and a half. An alert on the worst jitter fires, and a mean over calls is
#           lost, by calls that nobody complained of.
# Source:   rtpkit/stream/tracker.py; RFC 3550, A.8, which counts in 32 bits
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check rtpkit==0.3.0 || exit 2

"$python" - <<'PY'
import struct
import sys
from importlib.metadata import version

from rtpkit import RtpStreamTracker, parse_rtp

RATE, SAMPLES, PACKETS, SSRC = 8000, 160, 600, 7
"""G.711 in packets of 20 ms, twelve seconds of it"""


def call(sequence: int = 0, timestamp: int = 0) -> tuple[list[float], int]:
    """The jitter after each packet in seconds, and the packets lost; the counters begin as told."""
    tracker, jitters = RtpStreamTracker(), []
    for number in range(PACKETS):
        head = struct.pack(
            "!BBHII",
            0x80,
            0,
            (sequence + number) % 2**16,
            (timestamp + number * SAMPLES) % 2**32,
            SSRC,
        )
        tracker.observe(parse_rtp(head + bytes(SAMPLES)), number * SAMPLES / RATE, RATE)
        jitters.append(tracker.stats(SSRC).jitter / RATE)
    return jitters, tracker.stats(SSRC).lost_count


plain, lost = call()
sequence, lost_then = call(sequence=2**16 - 100)
timestamp, _ = call(timestamp=2**32 - 100 * SAMPLES)
late = next(at for at in range(100, PACKETS) if timestamp[at] < 0.001) - 100
print("rtpkit", version("rtpkit"))
print("expected: jitter 0 s and no packet lost, whichever counter runs over")
print(f"seen: neither runs over: {max(plain):.0f} s, {lost} lost")
print(f"seen: the sequence runs over: {max(sequence):.0f} s, {lost_then} lost")
print(f"seen: the timestamp runs over: {max(timestamp):.0f} s, {timestamp[208]:.0f} s "
      f"108 packets later, under 1 ms after {late}")
right = max(plain) < 1e-6 and max(sequence) < 1e-6 and lost == lost_then == 0
sys.exit(0 if right and round(max(timestamp)) == 33554 and 250 < late < 300 else 1)
PY

#!/usr/bin/env bash
# dtmf does not read the digits that it plays itself: its silence raises, and with a little noise
# instead of it a number comes back as another one.
#
# Package:  dtmf 1.1.0 (PyPI)
# Expected: detect() of generate() gives the digits back, at 8 kHz and at the other rates that both
#           take as an argument; None between the digits.
# Seen:     generate() makes exact silence between the tones, and detect() divides by its energy:
#           ZeroDivisionError. With noise 60 dB below, "13800138000" is read as other digits at
#           8 kHz, and nothing at all is found at 48 kHz, whose blocks of 205 samples last 4 ms.
# Matters:  A menu choice, a customer number or a score given by keys is missing from a recording's
#           analysis, or is another one. Telephone recordings without comfort noise have exact
#           silence.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check dtmf==1.1.0 || exit 2

"$python" - <<'PY'
import random
import sys
from importlib.metadata import version

import dtmf
from dtmf._generator import GenerationParams

PRESSED = "13800138000"
SLOWLY = GenerationParams(mark_duration=0.2, space_duration=0.2)


def played(rate: int, noise: float = 0.0) -> list[float]:
    noises = random.Random(1)
    tones = dtmf.generate(dtmf.parse(PRESSED), SLOWLY, sample_rate=rate)
    return [sample + noises.gauss(0, noise) for sample in tones]


def read(samples: list[float], rate: int) -> str:
    """The digits, each once as long as it lasts."""
    digits, last = "", None
    for block in dtmf.detect(samples, rate):
        tone = str(block.tone) if block.tone else None
        if tone and tone != last:
            digits += tone
        last = tone
    return digits


try:
    silent = read(played(8000), 8000)
except ZeroDivisionError as error:
    silent = repr(error)
noisy = {rate: read(played(rate, noise=0.001), rate) for rate in (8000, 48000)}
print("dtmf", version("dtmf"))
print("expected:", PRESSED, "from tones of 200 ms with pauses of 200 ms")
print("seen:", silent, "- with noise", noisy)
sys.exit(0 if "ZeroDivisionError" in silent and noisy[8000] != PRESSED and not noisy[48000] else 1)
PY

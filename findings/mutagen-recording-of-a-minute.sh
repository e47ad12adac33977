#!/usr/bin/env bash
# mutagen says of a call recording of one minute in Asterisk's wav49 format (GSM in WAV) that it lasts 0.188 s.
#
# Package:  mutagen 1.48.1, soundfile 0.14.0, tinytag 2.3.2 (PyPI)
# Expected: A minute is a minute in each of telephony's WAV formats, or the library says that it does not know the format.
# Seen:     PCM and A-law have 60 s. GSM 6.10 has 0.188 s, IMA ADPCM 0.119 s, G.721 0.469 s: blocks of many samples are counted as one sample each.
#           tinytag has 60 s for all of them.
# Matters:  Talk time, and what of a contact was recorded, is often read from the recordings. 300 calls of 4 minutes become 4 minutes in all, without an error.
# Source:   mutagen/wave.py, WaveStreamInfo
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  mutagen==1.48.1 soundfile==0.14.0 tinytag==2.3.2 numpy==2.2.6 || exit 2

cd "$work"
"$python" - <<'PY'
import sys
from importlib.metadata import version

import mutagen
import numpy
import soundfile
from tinytag import TinyTag

RATE = 8000
tone = 0.3 * numpy.sin(numpy.arange(60 * RATE) * 0.05)
seen = {}
for form in ("PCM_16", "ALAW", "GSM610", "IMA_ADPCM", "G721_32"):
    soundfile.write(f"{form}.wav", tone, RATE, subtype=form)
    lengths = mutagen.File(f"{form}.wav").info.length, TinyTag.get(f"{form}.wav").duration
    seen[form] = tuple(round(length, 3) for length in lengths)
print("mutagen", version("mutagen"), "tinytag", version("tinytag"))
print("expected: a minute each")
for form, (by_mutagen, by_tinytag) in seen.items():
    print(f"{form}: mutagen {by_mutagen} s, tinytag {by_tinytag} s")
right = all(seen[form][0] == 60 for form in ("PCM_16", "ALAW"))
wrong = all(seen[form][0] < 1 for form in ("GSM610", "IMA_ADPCM", "G721_32"))
others = all(59.9 < by_tinytag < 60.1 for _, by_tinytag in seen.values())
sys.exit(0 if right and wrong and others else 1)
PY

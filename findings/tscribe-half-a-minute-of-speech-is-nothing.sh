#!/usr/bin/env bash
# Of a call with one channel for each party, tscribe says that each stretch of speech ends with its
# first word: half a minute that the agent speaks lasts 0 s. With speaker labels it is right.
#
# Package:  tscribe 1.3.1 (PyPI)
# Expected: The CSV of Amazon Transcribe's answer has a row for each stretch by one speaker, from
#           start_time to end_time, and its WebVTT a cue for each, which is shown so long.
# Seen:     With channel_labels the end is written when a row begins, and not again when words are
#           added to it: 60 words from 0:00 to 0:30 end at 0:00. With speaker_labels for the same
#           words the row ends at 0:29, as the last word does.
# Matters:  Contact centres record a channel for each party: this is their case. Talk time, silence
#           and interruptions by the CSV are wrong: each turn lasts a second at most, the rest is
#           silence.
# Source:   tscribe/__init__.py, decode_transcript (the branch of channel_labels)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check tscribe==1.3.1 ||
  exit 2

cat >call.py <<'PY'
import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path

import tscribe


def words(text: str, number: int, begins: float) -> list[dict]:
    """Words of 0.4 s, one each half a second, as Amazon Transcribe writes them."""
    starts = [begins + at / 2 for at in range(number)]
    return [
        {
            "type": "pronunciation",
            "start_time": f"{at:.2f}",
            "end_time": f"{at + 0.4:.2f}",
            "alternatives": [{"confidence": "0.99", "content": text}],
        }
        for at in starts
    ]


def rows(by: str, labels: dict, items: list[dict]) -> list[tuple[str, str, str]]:
    answer = {"jobName": "call", "status": "COMPLETED"}
    answer["results"] = {by: labels, "items": items}
    Path("call.json").write_text(json.dumps(answer))
    tscribe.write("call.json", format="csv", save_as="call.csv")
    with Path("call.csv").open() as lines:
        read = list(csv.DictReader(lines))
    return [(row["speaker"], row["start_time"], row["end_time"]) for row in read]


agent, customer = words("so", 60, 0.0), words("yes", 4, 30.0)
parties = {"agent": agent, "customer": customer}
channels = [{"channel_label": name, "items": said} for name, said in parties.items()]
segments = [
    {
        "speaker_label": name,
        "start_time": said[0]["start_time"],
        "end_time": said[-1]["end_time"],
        "items": [{key: word[key] for key in ("start_time", "end_time")} for word in said],
    }
    for name, said in parties.items()
]
by_speaker = rows("speaker_labels", {"segments": segments}, agent + customer)
by_channel = rows("channel_labels", {"channels": channels}, agent + customer)
print("tscribe", version("tscribe"))
print("expected: the agent from 00:00:00 to 00:00:29, the customer from 00:00:30 to 00:00:31")
print("seen: by speaker:", *by_speaker)
print("seen: by channel:", *by_channel)
right = [("agent", "00:00:00", "00:00:29"), ("customer", "00:00:30", "00:00:31")]
wrong = [("agent", "00:00:00", "00:00:00"), ("customer", "00:00:30", "00:00:30")]
sys.exit(0 if by_speaker == right and by_channel == wrong else 1)
PY
venv/bin/python call.py

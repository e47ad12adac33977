#!/usr/bin/env bash
# cn2an writes an agent's promise of a refund "in one or two days" as 12 days, a caller's third or
# fourth call as 34 calls, and three to five days as 35.
#
# Package:  cn2an 0.5.24 (PyPI)
# Expected: Two digits side by side are how Chinese says "about": a library that finds the numbers
#           in a sentence either leaves them as they are, as its answer for "two or three hundred"
#           shows, or writes a range.
# Seen:     Side by side they are read as the digits of one number: 一两天 is 12天, 三四次 34次, 七八分钟 78分钟,
#           三五天 35天. With a unit behind them, 三四百 and 二三十, they are left.
# Matters:  Transcripts are turned into digits before promises and repeated calls are counted: the
#           date of the refund is ten days late, and thirty-four calls are the worst of the month.
# Source:   cn2an/transform.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check cn2an==0.5.24 || exit 2

"$python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

import cn2an

SAID = {
    "一两天内退款": "12天内退款",
    "打了三四次电话": "打了34次电话",
    "等了七八分钟": "等了78分钟",
    "三五天": "35天",
    "打了三次电话": "打了3次电话",
    "退款三四百元": "退款三四百元",
    "等了二三十分钟": "等了二三十分钟",
}
print("cn2an", version("cn2an"))
print("expected: one or two, three or four, seven or eight, three to five stay what they are")
seen = {said: cn2an.transform(said, "cn2an") for said in SAID}
for said, digits in seen.items():
    print(f"seen: {said} -> {digits}")
sys.exit(0 if seen == SAID else 1)
PY

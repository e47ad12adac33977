#!/usr/bin/env bash
# An interval with more work than agents: three Erlang C libraries give three impossible answers.
#
# Package:  pyworkforce 0.5.1, call-center-tools 1.0.0, erlanglib 1.2.0 (PyPI)
# Expected: With 10 erlangs of work and 8 agents each library refuses, or says: everybody waits
#           (probability 1), service level 0, no finite wait. With exactly 10 agents the same.
# Seen:     pyworkforce: probability of waiting 1.96. call-center-tools: average speed of answer
#           -90 s, and a ZeroDivisionError for 10 agents. erlanglib: service level -1.44, average
#           speed of answer -176 s, and DivisionByZero for 10 agents.
# Matters:  Intraday plans meet understaffed intervals every day. A negative wait or level that
#           enters a weighted daily figure makes the day look better than it was; clamp or refuse
#           before averaging.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  pyworkforce==0.5.1 call-center-tools==1.0.0 erlanglib==1.2.0 || exit 2

"$python" - <<'PY'
import decimal
import sys
from importlib.metadata import version

import call_center_tools.staffing as tools
import erlanglib.core as erlanglib
from pyworkforce.queuing import ErlangC

# 100 calls in half an hour, 3 minutes each: 10 erlangs; threshold 20 s
for name in ("pyworkforce", "call-center-tools", "erlanglib"):
    print(name, version(name))
print("expected: P(wait) 1, service level 0, no finite wait; or an error that says overloaded")

waiting = ErlangC(transactions=100, aht=3, asa=20 / 60, interval=30).waiting_probability(8)
print(f"seen: pyworkforce, 8 agents: P(wait) {waiting:.2f}")

staffed = tools.calc_staffing(calls_per_hour=200, aht=180, agents=8)
print(f"seen: call-center-tools, 8 agents: speed of answer {staffed.average_speed_of_answer:.0f} s")
try:
    tools.calc_staffing(calls_per_hour=200, aht=180, agents=10)
    divided = False
except ZeroDivisionError as error:
    print("seen: call-center-tools, 10 agents:", repr(error))
    divided = True

queued = erlanglib.erlang_c(8, 10)
level = erlanglib.service_level(8, 10, queued, 20, 180)
answer = erlanglib.average_speed_of_answer(8, 10, queued, 180)
print(f"seen: erlanglib, 8 agents: P(wait) {queued:.2f}, level {level:.2f}, answer {answer:.0f} s")
try:
    erlanglib.erlang_c(10, 10)
    undefined = False
except decimal.DivisionByZero as error:
    print("seen: erlanglib, 10 agents:", repr(error))
    undefined = True

seen = waiting > 1 and staffed.average_speed_of_answer < 0 and level < 0 and answer < 0
sys.exit(0 if seen and divided and undefined else 1)
PY

#!/usr/bin/env bash
# turbotab's Erlang A says of twenty agents with work for twenty that six of ten callers give up,
# and says the same with work for twenty-two: by the model it is one of ten, and one of six.
#
# Package:  turbotab 0.8.0 (PyPI)
# Expected: erlang_a, M/M/N+M as its description says, gives that model's figures: calls of 300 s,
#           callers who wait 120 s at most on average, and 20 agents lose 10.9 % of 20 erlang.
# Seen:     60.4 %, of a wait of 111 s and not 13 s. From a full load on, the load is no longer in
#           the formula: 22 and 40 erlang have the same answer, although of 40 at least half of the
#           callers must be lost. Below it the probability to wait is Erlang C's, as if nobody gave
#           up: at 18 erlang 23.5 % are lost and not 6.6 %.
# Matters:  A forecast of lost calls five times too high buys agents that nobody needs, and in a rush
#           the same formula promises the same loss whatever comes.
# Source:   mod_turbotab/calculations/erlang.py, erlang_a; A. Mandelbaum, S. Zeltyn: Service
#           engineering in action, on the model (2007)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check turbotab==0.8.0 || exit 2

"$python" - <<'PY'
import math
import sys
from importlib.metadata import version

from mod_turbotab.calculations.erlang import erlang_a

AGENTS, HANDLE, PATIENCE = 20, 300.0, 120.0


def lost(load: float) -> float:
    """The share of callers who give up, from the balance of births and deaths of M/M/N+M."""
    arrivals, weights = load / HANDLE, [0.0]
    for present in range(1, 2000):
        leaving = min(present, AGENTS) / HANDLE + max(0, present - AGENTS) / PATIENCE
        weights.append(weights[-1] + math.log(arrivals / leaving))
    shares = [math.exp(weight - max(weights)) for weight in weights]
    waiting = sum(share * max(0, at - AGENTS) for at, share in enumerate(shares)) / sum(shares)
    return waiting / PATIENCE / arrivals


loads = (18, 20, 22, 40)
right = [lost(load) for load in loads]
seen = [erlang_a(AGENTS, load, PATIENCE, HANDLE)["abandon_rate"] for load in loads]
print("turbotab", version("turbotab"))
for load, model, told in zip(loads, right, seen):
    print(f"{AGENTS} agents, {load} erlang: expected {model:.1%} lost, seen {told:.1%}")
sane = all(share >= max(0, 1 - AGENTS / load) for load, share in zip(loads, right))
wrong = seen[0] > 3 * right[0] and seen[1] > 5 * right[1] and seen[1] == seen[2] == seen[3]
sys.exit(0 if sane and wrong else 1)
PY

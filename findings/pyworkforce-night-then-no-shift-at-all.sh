#!/usr/bin/env bash
# Told that no morning may follow a night, pyworkforce's roster lets no shift at all follow a night;
# told that no evening may either, it has nobody work a night, however many agents there are.
#
# Package:  pyworkforce 0.5.1, the newest for Python 3.11, and 0.5.4; ortools 9.15.6755 (PyPI)
# Expected: non_sequential_shifts "make sure that destination shift can't be after origin shift": a
#           night after a night is as good as ever, and a second destination bars one shift more.
# Seen:     One agent who works three nights is the roster without the rule, and INFEASIBLE with it;
#           two agents work every other night and rest between. With two destinations there is no
#           roster for two agents, nor for nine. Each origin's line of the model adds up its shift,
#           once for each destination, and every shift of the day after, and that sum may be 1.
# Matters:  A rule that the law asks for, rest after a night, doubles the night crew of a plan, and
#           the full rule says that a hotline by night cannot be staffed.
# Source:   pyworkforce/rostering/binary_programming.py (non_sequential_shifts_indices)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  pyworkforce==0.5.1 ortools==9.15.6755 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from pyworkforce.rostering import MinHoursRoster

DAYS = 3
NO_MORNING = {"origin": "Night", "destination": "Morning"}
NO_EVENING = {"origin": "Night", "destination": "Evening"}


def roster(agents: int, rules: list[dict[str, str]]) -> str:
    """Who works the nights of three days, one agent a night being asked for."""
    names = [f"agent {number}" for number in range(1, agents + 1)]
    answer = MinHoursRoster(
        num_days=DAYS,
        resources=names,
        shifts=["Morning", "Evening", "Night"],
        shifts_hours=[8, 8, 8],
        min_working_hours=1,
        banned_shifts=[],
        max_resting=DAYS - 1,
        required_resources={"Morning": [0] * DAYS, "Evening": [0] * DAYS, "Night": [1] * DAYS},
        non_sequential_shifts=rules,
        num_search_workers=1,
    ).solve()
    if answer["status"] != "OPTIMAL":
        return answer["status"]
    worked = answer["resource_shifts"]
    nights = {one["day"]: one["resource"] for one in worked if one["shift"] == "Night"}
    alone = any(nights[day] == nights[day + 1] for day in range(DAYS - 1))
    return "somebody works two nights in a row" if alone else "nobody works two nights in a row"


seen = [
    roster(1, []),
    roster(1, [NO_MORNING]),
    roster(2, [NO_MORNING]),
    roster(2, [NO_MORNING, NO_EVENING]),
    roster(9, [NO_MORNING, NO_EVENING]),
]
print("pyworkforce", version("pyworkforce"), "ortools", version("ortools"))
print("expected: one agent works all three nights, with the rules and without")
print("seen, one agent, no rule:                  ", seen[0])
print("seen, one agent, no morning after a night: ", seen[1])
print("seen, two agents, no morning:              ", seen[2])
print("seen, two agents, no morning and no evening:", seen[3])
print("seen, nine agents, no morning and no evening:", seen[4])
sys.exit(
    seen
    != [
        "somebody works two nights in a row",
        "INFEASIBLE",
        "nobody works two nights in a row",
        "INFEASIBLE",
        "INFEASIBLE",
    ]
)
PY

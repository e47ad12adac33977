#!/usr/bin/env bash
# Ciw: ten agents written as a rota, ten and again ten each half hour, answer three times as fast
# as ten agents, because at a border up to twenty-one calls are handled at once.
#
# Package:  Ciw 3.2.7 (PyPI)
# Expected: A Schedule with the same number in each interval gives the waits of that number.
# Seen:     At each border all servers go off duty and as many new ones come on, and (with
#           preemption=False, the default) those who leave end their calls first. With a load of 9
#           erlangs the mean wait is 0.85 min instead of 2.78, with up to 21 calls at once. With
#           preemption="resume" it is no more than 10, but every call is interrupted at each
#           border, and the utilisation is 0.75 instead of 0.90: work before it does not count.
# Matters:  A staffing plan is written by half hours, and handle times are a good part of one. Its
#           simulated service level is far too good, for agents who are not there. Merge equal
#           intervals, and count overtime at the others.
# Source:   Node.take_servers_off_duty in ciw/node.py
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check Ciw==3.2.7 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

import ciw

FIVE_HUNDRED_HOURS = 30_000  # minutes


def simulated(servers: object) -> tuple[float, int, float]:
    """Mean wait in minutes, most calls at once, utilisation as Ciw has it."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.8)],
        service_distributions=[ciw.dists.Exponential(0.2)],
        number_of_servers=[servers],
    )
    ciw.seed(3)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(FIVE_HUNDRED_HOURS)
    calls = [row for row in simulation.get_all_records() if row.record_type == "service"]
    changes = [(call.service_start_date, 1) for call in calls]
    changes += [(call.service_end_date, -1) for call in calls]
    at_once = most = 0
    for _, change in sorted(changes):
        at_once += change
        most = max(most, at_once)
    wait = sum(call.waiting_time for call in calls) / len(calls)
    return round(wait, 2), most, round(simulation.transitive_nodes[0].server_utilisation, 2)


def rota(preemption: object) -> ciw.Schedule:
    return ciw.Schedule(
        numbers_of_servers=[10, 10], shift_end_dates=[30, 60], preemption=preemption
    )


ten, by_halves, resumed = simulated(10), simulated(rota(False)), simulated(rota("resume"))
print("Ciw", version("Ciw"), "- mean wait in minutes, most calls at once, utilisation")
print("expected: ten agents", ten, "and the same by half hours")
print("seen: by half hours", by_halves, "- interrupted and resumed", resumed)
surprise = by_halves[0] < ten[0] / 2 and by_halves[1] > 15 and resumed[2] < ten[2] - 0.1
sys.exit(0 if surprise and ten[1] == 10 else 1)
PY

"""What peers that join by functions count is what the oracle counts."""

import json
from collections import defaultdict
from random import Random
from typing import Any

from tests.benchmarks.oracle import recomputed
from tests.benchmarks.peer_visits import MINUTE, Visit, add, answered, join
from tests.benchmarks.workload import Record, Shape, workload


def counted(records: list[Record]) -> Any:
    visits: dict[bytes, Visit] = defaultdict(dict)
    panes: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for one in records:
        try:
            event = json.loads(one.value)
        except ValueError:
            continue
        for change in join(visits[one.key], event):
            add(panes[change["queue"], change["at"] - change["at"] % MINUTE], change)
    return {pane: figures for pane, figures in answered(panes).items() if figures}


def test_changes_of_panes_add_up_to_the_oracles_figures() -> None:
    records = workload(Shape(events=4_000))

    assert counted(records) == recomputed(records)


def test_they_do_in_any_order_and_with_repetition() -> None:
    records = workload(Shape(events=2_000))
    again = [*records, *records[::3]]
    Random(7).shuffle(again)

    assert counted(again) == recomputed(records)


def test_an_event_of_an_unknown_kind_changes_nothing() -> None:
    visit: Visit = {}

    assert join(visit, {"type": "contact.held", "at": 1}) == []
    assert visit == {}

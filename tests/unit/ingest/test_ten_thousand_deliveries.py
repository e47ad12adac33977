"""An event bus that delivers ten thousand events best effort: lost, repeated, in any order, again
after an answer that asks for it. The figures are those of the truth.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec
import pytest

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit
from floorpulse.ingest.app import RequestBounds
from floorpulse.ingest.receiving import Vendors
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from tests.fakes.connect_floor import Call, calls
from tests.unit.ingest.sources.told import figures
from tests.unit.ingest.test_receiving import Scene, source

AT_ONCE = 20
"""Payloads of one request"""
BOUNDS = RequestBounds(
    events=AT_ONCE,
    body_bytes=65_536,
    body_seconds=5,
    events_under_way=5 * AT_ONCE,
    bytes_under_way=65_536,
)

decode = msgspec.json.Decoder(AnyEvent).decode


def folded(scene: Scene) -> dict[str, Visit]:
    """The visits of what the log holds, by contact."""
    found: dict[str, Visit] = {}
    for _, value in scene.log.topics["contact-events"]:
        event = decode(value)
        merge(found.setdefault(visit_key(event)[1], Visit()), event)
    return found


def delivered(truth: Sequence[Call], random: Random) -> list[dict[str, Any]]:
    """What the bus brings: some of what a later event repeats is lost, a tenth comes twice."""
    found = []
    for call in truth:
        *early, last = call.events()
        kept = [event for event in early if random.random() < 0.8 or event is early[-1]]
        found += [*kept, last]
    found += random.sample(found, len(found) // 10)
    random.shuffle(found)
    return found


@pytest.mark.no_cover
async def test_ten_thousand_events_give_the_figures_of_the_floor() -> None:
    random = Random(16)
    truth = calls(3400, random)
    scene = Scene(source("connect", vendor="amazon-connect"), vendors=Vendors(), bounds=BOUNDS)
    bus = delivered(truth, random)
    assert len(bus) > 10_000
    while bus:
        some, bus = bus[:AT_ONCE], bus[AT_ONCE:]
        scene.log.away = random.random() < 0.02
        answer = await scene.post("connect", some if len(some) > 1 else some[0])
        assert answer.status_code == (503 if scene.log.away else 202)
        if scene.log.away or random.random() < 0.01:  # an answer that got lost on its way
            bus += some

    visits = folded(scene)
    assert len(visits) == len(truth)
    for call in truth:
        known = figures(visits[call.id])
        assert {name: known[name] for name in call.figures} == call.figures

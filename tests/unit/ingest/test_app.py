"""The use case: what reaches the log, what the client is told, what is counted."""

import json

import pytest
from prometheus_client import CollectorRegistry

from floorpulse.ingest.app import Ingest, RequestBounds
from floorpulse.ingest.domain.bodies import BodyForm
from floorpulse.ingest.domain.gate import Overloaded
from floorpulse.ingest.domain.judge import EventLimits
from floorpulse.ingest.domain.nesting import TooManyElements
from floorpulse.ingest.metrics import IngestMetrics
from floorpulse.runtime.unavailable import LogUnavailable
from tests.fakes.log import MemoryLog
from tests.unit.ingest.builders import NOW, OFFERED, PSEUDONYMS

BOUNDS = RequestBounds(
    events=10, body_bytes=4096, body_seconds=5, events_under_way=10, bytes_under_way=8192
)
HELD_BY_NOBODY = {"type": "contact.held", "id": "bad", "source": "pbx", "at": NOW}


class Scene:
    def __init__(self, bounds: RequestBounds = BOUNDS) -> None:
        self.log = MemoryLog()
        self.registry = CollectorRegistry()
        self.ingest = Ingest(
            self.log,
            bounds,
            EventLimits(),
            PSEUDONYMS,
            IngestMetrics(self.registry),
            now=lambda: NOW,
        )

    async def take(self, *events: object) -> tuple[int, list[tuple[int, str | None, str]]]:
        receipt = await self.ingest.take(
            "shop", BodyForm.JSON, json.dumps(events).encode(), lambda text: text
        )
        return receipt.accepted, [
            (one.index, one.id, one.refusal.reason.value) for one in receipt.rejected
        ]

    def counted(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"floorpulse_ingest_{name}", labels)


async def test_accepted_events_are_in_the_log_under_their_key() -> None:
    scene = Scene()
    assert await scene.take(OFFERED, OFFERED | {"contact": "c2"}) == (2, [])
    assert [key for key, _ in scene.log.topics["contact-events"]] == [b"shop|c1", b"shop|c2"]
    assert scene.counted("events_total") == 2


async def test_one_bad_event_spoils_no_other_and_becomes_a_dead_letter() -> None:
    scene = Scene()
    assert await scene.take(OFFERED, HELD_BY_NOBODY, OFFERED) == (2, [(1, "bad", "missing_field")])
    ((key, value),) = scene.log.topics["dead-letters"]
    letter = json.loads(value)
    assert key == b"ingest"
    assert (letter["reason"], letter["tenant"], letter["at"]) == ("missing_field", "shop", NOW)
    assert json.loads(letter["payload"]) == HELD_BY_NOBODY
    assert scene.counted("rejected_total", reason="missing_field") == 1


async def test_a_body_that_is_unreadable_as_a_whole_is_one_dead_letter() -> None:
    scene = Scene()
    receipt = await scene.ingest.take("shop", BodyForm.CLOUDEVENTS, b'{"a": 1}', lambda text: text)
    assert (receipt.accepted, receipt.rejected[0].index, receipt.rejected[0].id) == (0, 0, None)
    assert len(scene.log.topics["dead-letters"]) == 1


async def test_nothing_is_promised_while_the_log_is_away() -> None:
    scene = Scene()
    scene.log.away = True
    with pytest.raises(LogUnavailable):
        await scene.take(OFFERED)
    assert scene.counted("events_total") == 0
    assert await scene.ingest.unready() == "Kafka does not answer"


async def test_too_many_events_are_not_judged() -> None:
    with pytest.raises(TooManyElements):
        await Scene().take(*[OFFERED] * 11)


async def test_more_under_way_than_there_is_room_for_is_an_overload() -> None:
    scene = Scene(
        RequestBounds(
            events=10, body_bytes=4096, body_seconds=5, events_under_way=1, bytes_under_way=8192
        )
    )
    with pytest.raises(Overloaded, match="events"):
        await scene.take(OFFERED, OFFERED)
    with scene.ingest.room(8000), pytest.raises(Overloaded, match="bytes"), scene.ingest.room(193):
        pass
    assert scene.counted("in_flight_events") == 0

"""The topic `alert-events`: every line of every incident's timeline, from the rows that hold it.

row written ─► read ─► Kafka acknowledges ─► marked `published`
                                        └─ a process that dies here tells it again: same `id`
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import RowMapping, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.stdlib import BoundLogger

from floorpulse.alerts.metrics import BridgeMetrics
from floorpulse.contracts.alert_events import AlertEvent, encode_alert_event
from floorpulse.contracts.tables.alerts import incident, incident_event
from floorpulse.contracts.topics import ALERT_EVENTS
from floorpulse.runtime import kafka
from floorpulse.runtime.database import answering
from floorpulse.runtime.unavailable import LogUnavailable, StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 0.5
FIRST_PAUSE = 0.5
LAST_PAUSE = 30.0
ANSWER_WITHIN = 30.0
BATCH = 500
AWAY = "alert events cannot be read ({})"
COLUMNS = (
    *incident_event.c,
    incident.c.tenant,
    incident.c.rule,
    incident.c.queue,
    incident.c.channel,
    incident.c.key,
    incident.c.severity,
    incident.c.opened_at,
)


class AlertEvents:
    """Publishes what is not published yet; `start` makes a producer, at the first use and after
    each failure of Kafka.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        start: Callable[[], Awaitable[AIOKafkaProducer]],
        metrics: BridgeMetrics,
        now: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._start = start
        self._metrics = metrics
        self._now = now
        self._producer: AIOKafkaProducer | None = None

    async def run(self, acts: Callable[[], bool]) -> None:
        """Publish for as long as this replica acts, for ever."""
        pause = 0.0
        while True:
            try:
                while acts() and await self.publish():
                    pass
            except (StoreUnavailable, LogUnavailable) as wrong:
                if not pause:
                    log.warning("alert_events_wait", error=str(wrong))
                pause = min(LAST_PAUSE, pause * 2 or FIRST_PAUSE)
            else:
                pause = 0.0
            await asyncio.sleep(pause or EVERY)

    async def publish(self) -> int:
        """Publish the oldest lines, at most `BATCH`; returns how many.

        Raises `StoreUnavailable` and `LogUnavailable`: what was not marked goes out again.
        """
        rows = await self._unpublished()
        if rows:
            await self._send([_event(row) for row in rows])
            await self._mark(rows)
            self._metrics.published.inc(len(rows))
        return len(rows)

    async def close(self) -> None:
        """Leave Kafka."""
        producer = self._producer
        self._producer = None
        if producer is not None:
            await kafka.close(producer)

    async def _unpublished(self) -> Sequence[RowMapping]:
        """In the order of time, and of its number within an incident."""
        asked = (
            select(*COLUMNS)
            .join(incident, incident.c.id == incident_event.c.incident)
            .where(~incident_event.c.published)
            .order_by(incident_event.c.at, incident_event.c.incident, incident_event.c.number)
            .limit(BATCH)
        )
        async with answering(ANSWER_WITHIN, AWAY), self._engine.connect() as connection:
            rows = (await connection.execute(asked)).mappings().all()
        late = (self._now() - rows[0]["at"]) / 1000 if rows else 0.0
        self._metrics.unpublished.set(max(0.0, late))
        return sorted(rows, key=lambda row: (row["incident"], row["number"]))

    async def _send(self, events: Sequence[AlertEvent]) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                self._producer = self._producer or await self._start()
                acknowledgements = [
                    await self._producer.send(
                        ALERT_EVENTS.name, encode_alert_event(one), key=one.incident.encode()
                    )
                    for one in events
                ]
                await asyncio.gather(*acknowledgements)
        except (KafkaError, OSError, TimeoutError) as wrong:
            await self.close()
            message = f"Kafka did not take alert events ({type(wrong).__name__})"
            raise LogUnavailable(message) from wrong

    async def _mark(self, rows: Sequence[RowMapping]) -> None:
        names = [(row["incident"], row["number"]) for row in rows]
        mine = tuple_(incident_event.c.incident, incident_event.c.number).in_(names)
        async with answering(ANSWER_WITHIN, AWAY), self._engine.begin() as connection:
            await connection.execute(update(incident_event).where(mine).values(published=True))


def _event(row: RowMapping) -> AlertEvent:
    return AlertEvent(
        id=f"{row['incident']}.{row['number']}",
        **{name: row[name] for name in AlertEvent.__struct_fields__ if name != "id"},
    )

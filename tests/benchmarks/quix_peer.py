"""Quix Streams doing the same work: visits in the state of each contact, panes in tumbling windows
of each queue, both in RocksDB with changelog topics.

    contact-events ─► visits (state) ─► repartition topic, by queue ─► windows ─► topic `panes`

Only by a topic do others learn what its windows hold. The windows' grace is longer than any clock
is wrong: one event twelve years ahead would otherwise close every window of its queue. A record
gets the event's time only behind the repartition topic, since a broker refuses records from the
future, and the program would end with it.

python -m tests.benchmarks.quix_peer BOOTSTRAP GROUP FOLDER PARTITIONS GUARANTEE

GUARANTEE is at-least-once, its default, or exactly-once.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from tests.benchmarks.peer_visits import MINUTE, Change, add, answered, join
from tests.benchmarks.progress import EVERY, Progress
from tests.benchmarks.session import session_seconds

COMMIT_EVERY = 1.0
"""Seconds: as often as the engine makes its state durable."""
GRACE = 20 * 365 * 86_400_000
PANES = "panes"
WITHIN = 5.0

quixstreams: Any = import_module("quixstreams")
kafka: Any = import_module("confluent_kafka")
models: Any = import_module("quixstreams.models")
admin: Any = import_module("confluent_kafka.admin")
orjson: Any = import_module("orjson")


def read(value: bytes) -> dict[str, Any] | None:
    """The event; None where it is none."""
    try:
        event: dict[str, Any] = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return event


def joined(event: dict[str, Any], state: Any) -> list[Change]:
    """What an event changes."""
    visit = state.get("visit") or {}
    before = len(visit)
    changes = join(visit, event)
    if len(visit) > before:
        state.set("visit", visit)
    return changes


def application(bootstrap: str, group: str, folder: Path, partitions: int, guarantee: str) -> Any:
    """The program, not yet running."""
    session = session_seconds() * 1000
    app = quixstreams.Application(
        broker_address=bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        commit_interval=COMMIT_EVERY,
        processing_guarantee=guarantee,
        state_dir=folder / "state",
        loglevel="WARNING",
        consumer_extra_config={"session.timeout.ms": session, "fetch.min.bytes": 1},
        producer_extra_config={"linger.ms": 100, "compression.type": "lz4"},
    )
    events = app.topic("contact-events", value_deserializer="bytes", key_deserializer="str")
    unbounded = {"message.timestamp.after.max.ms": str(2**63 - 1)}
    panes = app.topic(
        PANES,
        key_serializer="str",
        config=models.TopicConfig(
            num_partitions=partitions, replication_factor=1, extra_config=unbounded
        ),
    )
    changes = app.dataframe(events).apply(read).filter(lambda event: event is not None)
    changes = changes.apply(joined, stateful=True, expand=True)
    changes = changes.group_by("queue", key_serializer="str", key_deserializer="str")
    changes = changes.set_timestamp(lambda change, _, __, ___: change["at"])
    windows = changes.tumbling_window(duration_ms=MINUTE, grace_ms=GRACE)
    counted = windows.reduce(reducer=add, initializer=lambda change: add({}, change)).current()
    counted.to_topic(panes)
    return app


def assigned(bootstrap: str, group: str) -> int:
    """How many partitions the group's members have; 0 while they are being handed out."""
    client = admin.AdminClient({"bootstrap.servers": bootstrap})
    try:
        described = client.describe_consumer_groups([group])[group].result(WITHIN)
    except kafka.KafkaException:  # the group's coordinator is not chosen yet
        return 0
    if described.state != kafka.ConsumerGroupState.STABLE:
        return 0
    return sum(len(one.assignment.topic_partitions) for one in described.members)


def shown(bootstrap: str) -> dict[tuple[str, int], dict[str, int]]:
    """The last that was said of each window."""
    return {
        (record.key().decode(), window["start"]): window["value"]
        for record in _all(bootstrap)
        if (window := orjson.loads(record.value()))
    }


def _all(bootstrap: str) -> Iterator[Any]:
    consumer = kafka.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reads-panes",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    known = consumer.list_topics(PANES, WITHIN).topics[PANES].partitions
    consumer.assign([kafka.TopicPartition(PANES, one, kafka.OFFSET_BEGINNING) for one in known])
    ended: set[int] = set()
    while len(ended) < len(known):
        for record in consumer.consume(10_000, EVERY):
            if record.error() is None:
                yield record
            else:
                ended.add(record.partition())
    consumer.close()


def speak(bootstrap: str, group: str, progress: Progress, partitions: int) -> None:
    """Say when the source and the repartition topic are assigned; answer when asked."""
    while assigned(bootstrap, group) < 2 * partitions:
        sleep(EVERY)
    progress.ready()
    while not progress.wanted:
        sleep(EVERY)
    progress.give(answered(shown(bootstrap)))


def main(bootstrap: str, group: str, folder: str, partitions: str, guarantee: str) -> None:
    """Work until killed."""
    words = (bootstrap, group, Progress(Path(folder)), int(partitions))
    Thread(target=speak, args=words, daemon=True).start()
    application(bootstrap, group, Path(folder), int(partitions), guarantee).run()


if __name__ == "__main__":
    main(*sys.argv[1:6])

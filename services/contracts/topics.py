"""The Kafka topics: name, key, value, partitions, retention, who writes and who reads; everything
that touches Kafka reads this table.
"""

from dataclasses import dataclass

from floorpulse.contracts.alert_events import AlertEvent
from floorpulse.contracts.commands import Command
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.letters import DeadLetter
from floorpulse.contracts.updates import Update

HOURS = 3_600_000


@dataclass(frozen=True)
class Topic:
    """One topic: `key` says what its records are keyed by, `value` is the JSON type, `retention` is
    in milliseconds.

    `writers` and `readers` are commands of `floorpulse`; `about` is for people.
    """

    name: str
    key: str
    value: object
    partitions: int
    retention: int
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    about: str = ""


CONTACT_EVENTS = Topic(
    "contact-events", "tenant|contact, tenant|agent or tenant|queue", AnyEvent, 12, 7 * 24 * HOURS,
    writers=("ingest", "engine"), readers=("engine",),
    about="Every accepted event, its tenant set and its instant in epoch milliseconds. All events "
          "of a contact are in one partition, in "
    "the order of their acceptance; they may be repeated and out of order. The engine writes what "
    "was re-driven.",
)  # fmt: skip
KPI_UPDATES = Topic(
    "kpi-updates", "source partition", Update, 1, 6 * HOURS,
    writers=("engine",), readers=("api",),
    about="What changed, as absolute values: rows of panes, gauges, positions. Every reader reads "
          "all of it and keeps the highest revision "
    "of each row, so records may be lost, repeated and reordered.",
)  # fmt: skip
DEAD_LETTERS = Topic(
    "dead-letters", "origin", DeadLetter, 1, 30 * 24 * HOURS,
    writers=("ingest", "engine"), readers=(),
    about="What could not be counted, with the reason and where it came from. For operators: "
          "repaired, a letter is sent again with "
    "`floorpulse redrive`.",
)  # fmt: skip
ENGINE_COMMANDS = Topic(
    "engine-commands", "tenant", Command, 1, 7 * 24 * HOURS,
    writers=("redrive",), readers=("engine",),
    about="What an operator asks the engine to do. Commands are idempotent.",
)  # fmt: skip
ALERT_EVENTS = Topic(
    "alert-events", "incident", AlertEvent, 1, 7 * 24 * HOURS,
    writers=("alerts",), readers=(),
    about="Every line of every incident's timeline, at least once: equal `id` is the same "
          "event. For ticket systems, data warehouses and whoever else wants to know; Floorpulse "
          "itself does not read it.",
)  # fmt: skip

TOPICS = (CONTACT_EVENTS, KPI_UPDATES, DEAD_LETTERS, ENGINE_COMMANDS, ALERT_EVENTS)

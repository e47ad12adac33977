"""The Kafka topics: name, key, value, partitions, retention; everything that touches Kafka reads this table."""

from dataclasses import dataclass

from services.contracts.commands import Command
from services.contracts.events import AnyEvent
from services.contracts.letters import DeadLetter
from services.contracts.updates import Update

HOURS = 3_600_000


@dataclass(frozen=True)
class Topic:
    """One topic: `key` says what its records are keyed by, `value` is the JSON type, `retention` is in milliseconds."""

    name: str
    key: str
    value: object
    partitions: int
    retention: int


CONTACT_EVENTS = Topic("contact-events", "tenant|contact, tenant|agent or tenant|queue", AnyEvent, 12, 7 * 24 * HOURS)
KPI_UPDATES = Topic("kpi-updates", "source partition", Update, 1, 6 * HOURS)
DEAD_LETTERS = Topic("dead-letters", "origin", DeadLetter, 1, 30 * 24 * HOURS)
ENGINE_COMMANDS = Topic("engine-commands", "tenant", Command, 1, 7 * 24 * HOURS)

TOPICS = (CONTACT_EVENTS, KPI_UPDATES, DEAD_LETTERS, ENGINE_COMMANDS)

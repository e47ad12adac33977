"""The systems that are measured side by side, in the order of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from tests.benchmarks import flink_program, pathway_program
from tests.benchmarks.flink_program import Flink
from tests.benchmarks.oracle import FIGURES
from tests.benchmarks.pathway_program import Pathway
from tests.benchmarks.programs import Committing, Floorpulse, KafkaStreams, Peer
from tests.benchmarks.trial import Make


@dataclass(frozen=True)
class System:
    """One of them: `share` of the records it gets, `figures` of the oracle that it can answer
    (none: a floor).
    """

    name: str
    title: str
    make: Make
    figures: tuple[str, ...]
    share: float = 1.0
    missing: Callable[[], str | None] = lambda: None


def no_confluent() -> str | None:
    """Why confluent-kafka cannot be measured."""
    return None if find_spec("confluent_kafka") else "confluent-kafka is not installed"


SYSTEMS = (
    System("ours", "Floorpulse, durable", Floorpulse, FIGURES),
    System(
        "transport",
        "the same core, fed by Faust",
        partial(Floorpulse, module="tests.benchmarks.faust_transport"),
        FIGURES,
    ),
    System(
        "streams",
        "Kafka Streams 4.1, the same work",
        KafkaStreams,
        FIGURES,
        missing=KafkaStreams.missing,
    ),
    System(
        "flink",
        f"Flink {flink_program.VERSION}, the same work",
        Flink,
        FIGURES,
        missing=Flink.missing,
    ),
    System(
        "pathway",
        f"Pathway {pathway_program.VERSION}, the same work",
        Pathway,
        FIGURES,
        missing=Pathway.missing,
    ),
    System(
        "idiomatic",
        "Faust, as its manual has it",
        partial(Committing, script="faust_idiomatic"),
        ("offered",),
        0.05,
    ),
    System(
        "take",
        "Faust, raw bytes by the thousand",
        partial(Committing, script="faust_take"),
        ("offered",),
        0.3,
    ),
    System(
        "getmany", "aiokafka `getmany`, doing nothing", partial(Peer, script="floor_getmany"), ()
    ),
    System(
        "consume",
        "confluent-kafka `consume`, doing nothing",
        partial(Peer, script="floor_consume"),
        (),
        missing=no_confluent,
    ),
)

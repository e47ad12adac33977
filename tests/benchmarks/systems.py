"""The systems that are measured side by side, in the order of the report."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks import bytewax_program, flink_program, pathway_program, quix_program
from tests.benchmarks.bytewax_program import Bytewax
from tests.benchmarks.flink_program import Flink
from tests.benchmarks.oracle import FIGURES
from tests.benchmarks.pathway_program import Pathway
from tests.benchmarks.programs import Committing, Floorpulse, KafkaStreams, Peer
from tests.benchmarks.quix_program import QuixStreams
from tests.benchmarks.rig import Rig
from tests.benchmarks.trial import Make


@dataclass(frozen=True)
class System:
    """One of them: `share` of the records it gets, `figures` of the oracle that it can answer
    (none: a floor), `note`: what it does and what it does instead, for the page.
    """

    name: str
    title: str
    make: Make
    figures: tuple[str, ...]
    share: float = 1.0
    missing: Callable[[], str | None] = lambda: None
    note: str = ""


def no_confluent() -> str | None:
    """Why confluent-kafka cannot be measured."""
    return None if find_spec("confluent_kafka") else "confluent-kafka is not installed"


def streams_exactly_once(rig: Rig, folder: Path) -> KafkaStreams:
    """Kafka Streams in transactions."""
    program = KafkaStreams(rig, folder)
    program.command.append("exactly_once_v2")
    return program


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
        note="a processor with visits and panes in RocksDB behind a cache of 256 MiB, both with "
        "changelog topics; one thread, at least once. Panes are of a partition and are added up "
        "where they are asked for.",
    ),
    System(
        "streams-exactly",
        "Kafka Streams 4.1, exactly once",
        streams_exactly_once,
        FIGURES,
        missing=KafkaStreams.missing,
        note="Kafka Streams with `processing.guarantee` exactly_once_v2: a transaction of Kafka "
        "each second.",
    ),
    System(
        "flink",
        f"Flink {flink_program.VERSION}, the same work",
        Flink,
        FIGURES,
        missing=Flink.missing,
        note="visits and panes in keyed state in RocksDB, an incremental checkpoint each second, "
        "offsets committed with it. Changed panes go to a topic once a second, as absolute "
        "amounts. Windows are not used: one event from the future would close them. Started "
        "again it goes on from the last checkpoint because the program looks for it.",
    ),
    System(
        "pathway",
        f"Pathway {pathway_program.VERSION}, the same work",
        Pathway,
        FIGURES,
        missing=Pathway.missing,
        note="events are reduced to visits and visits to panes; a visit that changes takes its old "
        "figures back by itself. Changes of panes go to a topic. What is persisted is the input: "
        "its operators' state is persisted with a licence key only, so a start counts all that "
        "was recorded again. Offsets are not committed to Kafka.",
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
        "quix",
        f"Quix Streams {quix_program.VERSION}, the same work",
        QuixStreams,
        FIGURES,
        0.3,
        missing=QuixStreams.missing,
        note="visits in the state of each contact, a repartition topic by queue, windows "
        "of a minute with changelog topics, at least once. Only a topic tells others what windows "
        "hold, so each change of a window is written to one. A window takes no event back: what a "
        "visit newly says comes as a change, which the program works out by itself. Grace of 20 "
        "years: one event from the future closes all earlier windows of its queue. Events get "
        "their own time behind the repartition topic only: the broker takes no record from the "
        "future, and the program ends.",
    ),
    System(
        "quix-exactly",
        f"Quix Streams {quix_program.VERSION}, exactly once",
        partial(QuixStreams, exactly_once=True),
        FIGURES,
        0.3,
        missing=QuixStreams.missing,
        note="Quix Streams with `processing_guarantee` exactly-once: a transaction of Kafka each "
        "second, which its own repartition topic waits for.",
    ),
    System(
        "bytewax",
        f"Bytewax {bytewax_program.VERSION}, the same work",
        Bytewax,
        FIGURES,
        0.3,
        missing=Bytewax.missing,
        note="visits by `stateful_flat_map`, panes by `fold_window` with an `EventClock`, and each "
        "second a snapshot of both and of the offsets in SQLite. A window tells what it counted "
        "only when it closes; here it never does, since one event from the future would close it "
        "early, and the answer is read from the process. Offsets are not committed to Kafka.",
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

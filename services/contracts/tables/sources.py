"""What is known of sources: what they told, what was missing, how late they were, which are
retired.
"""

from sqlalchemy import BigInteger, Column, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from floorpulse.contracts.tables.metadata import metadata

source_tally = Table(
    "source_tally",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("what", Text, primary_key=True, comment="heard, events, ignored, refused or warned"),
    Column(
        "kind",
        Text,
        primary_key=True,
        comment="of ignored: the kind; of refused: the reason; of warned: the code",
    ),
    Column("count", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column(
        "examples",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="the latest events, the newest first, as contracts.tallies.Example",
    ),
    comment="[ingest] How often sources were heard, what they told, what was ignored and refused, "
    "and how often something seemed wrong of their events: summed over all processes.",
)

source_orphan = Table(
    "source_orphan",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("epoch", BigInteger, primary_key=True, comment="of the owner who counted them"),
    Column("tenant", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("missing", Text, primary_key=True, comment="of contracts.tallies.Missing"),
    Column("count", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False, comment="instants of the events"),
    Column("last_at", BigInteger, nullable=False),
    Column("examples", JSONB, nullable=False, comment="as contracts.tallies.Example"),
    comment="[kpi_engine] Events of a source that stayed without the one that must have come "
    "before.",
)

source_delay = Table(
    "source_delay",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("slot", BigInteger, primary_key=True, comment="begin of five minutes of arrivals"),
    Column(
        "bucket",
        Integer,
        primary_key=True,
        comment="of counting.histograms.signed_bucket: the span from instant to arrival",
    ),
    Column("count", BigInteger, nullable=False),
    comment="[ingest] How long after its instant the newest event of a source in a request came "
    "in; kept for two hours.",
)

retired_source = Table(
    "retired_source",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column(
        "retired_at",
        BigInteger,
        nullable=False,
        comment="by the database's clock; what it says later brings it back",
    ),
    Column("retired_by", Text, nullable=False, comment="id of the API key"),
    comment="[query] Sources whose silence nobody waits for, because somebody said so.",
)

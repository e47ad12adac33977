"""What the roller makes of panes, and what came late: rollups, corrections, what is kept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from floorpulse.contracts.tables.metadata import metadata

late_change = Table(
    "late_change",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("partition", SmallInteger, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("start", BigInteger, nullable=False, comment="of the pane"),
    Column("source", Text, nullable=False),
    Column("event", Text, nullable=False, comment="id of the last event that changed the pane"),
    Column("type", Text, nullable=False, comment="of that event"),
    Column("reason", Text, comment="why it did, where it says so"),
    Column("changed_at", BigInteger, nullable=False),
    comment="[kpi_engine] Panes changed after their partition had passed them: the roller's work "
    "list, emptied by it.",
)

rollup = Table(
    "rollup",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("grain", Text, primary_key=True, comment="of counting.grains"),
    Column("start", BigInteger, primary_key=True),
    Column("queue", Text, primary_key=True, comment="'': the sum over the tenant's queues"),
    Column("channel", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column(
        "families",
        SmallInteger,
        nullable=False,
        comment="bits of counting.families.Family that are final in it",
    ),
    Column("revision", BigInteger, nullable=False, comment="the highest of the panes in it"),
    Column("cells", LargeBinary, nullable=False),
    Column(
        "filled_at",
        BigInteger,
        comment="wall clock of the last change, while figures of before the queue's time arrive",
    ),
    Index("rollup_queue", "tenant", "grain", "queue", "start"),
    comment="[kpi_engine] Panes merged over source partitions once final; merged again when one "
    "of them changes.",
)

roller = Table(
    "roller",
    metadata,
    Column(
        "one",
        Boolean,
        CheckConstraint("one"),
        primary_key=True,
        server_default=true(),
        comment="there is one row",
    ),
    Column(
        "completion",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="quarters up to here have their completions final",
    ),
    Column(
        "quarter",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="quarters up to here are final and stand in rollup",
    ),
    Column(
        "reached",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="the furthest that `quarter` ever was",
    ),
    Column(
        "day",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="days up to here stand in rollup",
    ),
    Column(
        "month",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="months up to here stand in rollup",
    ),
    Column("zone", Text, nullable=False, server_default="", comment="IANA zone of days and months"),
    Column(
        "watermarks",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="of the source partitions when the roller looked last",
    ),
    comment="[kpi_engine] How far panes are rolled up; its row is the roller's lock.",
)

home = Table(
    "home",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    comment="[kpi_engine] The first quarter in which the roller, passing by, met a queue and "
    "channel.",
)

retention = Table(
    "retention",
    metadata,
    Column(
        "kept", Text, primary_key=True, comment="what: panes, agents, visits, rollups, corrections"
    ),
    Column(
        "since",
        BigInteger,
        nullable=False,
        comment="what is older is about to go, if it is not gone",
    ),
    Column(
        "announced_at",
        BigInteger,
        nullable=False,
        comment="wall clock; engines heed it within a minute, then rows go",
    ),
    Column("gone", BigInteger, nullable=False, server_default="0", comment="what is older is gone"),
    comment="[kpi_engine] Since when each kind of row is kept; events older than panes, agents or "
    "visits are dead letters.",
)

correction = Table(
    "correction",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("old", LargeBinary, nullable=False, comment="the final cells as they were"),
    Column("new", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("reason", Text, comment="of the amendment that did it"),
    Column("recorded_at", BigInteger, nullable=False),
    Index("correction_start", "tenant", "start"),
    comment="[kpi_engine] Figures that changed after they were final: old, new, why, when.",
)

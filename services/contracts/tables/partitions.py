"""What the engine keeps of each source partition: how far it is, visits, panes, agents' states."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from floorpulse.contracts.tables.metadata import metadata

stream_partition = Table(
    "stream_partition",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("log_id", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("watermark", BigInteger),
    Column("applied", BigInteger, nullable=False),
    Column("dead", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    comment="[kpi_engine] How far each source partition is included in the tables below, and who "
    "may write it.",
)

visit = Table(
    "visit",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("visit", SmallInteger, primary_key=True),
    Column("offered_at", BigInteger),
    Column("queue", Text),
    Column("channel", Text, nullable=False, server_default="voice"),
    Column(
        "customer",
        BigInteger,
        comment="contracts.customers.customer_mark of the pseudonym, where the source told one",
    ),
    Column("complained_at", BigInteger, comment="the first receipt of a complaint about it"),
    Column(
        "settled_at",
        BigInteger,
        comment="when the last of its complaints was closed; null while one is open",
    ),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="the whole record, as contracts.visit_records has it",
    ),
    Index("visit_offered", "tenant", "offered_at"),
    Index(
        "visit_slow",
        "tenant",
        "offered_at",
        postgresql_where=text("channel NOT IN ('voice', 'callback')"),
    ),
    Index(
        "visit_customer", "customer", "offered_at", postgresql_where=text("customer IS NOT NULL")
    ),
    Index(
        "visit_complained",
        "tenant",
        "complained_at",
        postgresql_where=text("complained_at IS NOT NULL"),
    ),
    postgresql_with={"fillfactor": 80},
    comment="[kpi_engine] One stay of one contact in one queue: the evidence behind every figure.",
)

presence_log = Table(
    "presence_log",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("page", LargeBinary, nullable=False, comment="MessagePack of contracts.presence.Page"),
    comment="[kpi_engine] Which visits of a source partition go on: changes in order, read when "
    "it is claimed.",
)

pane = Table(
    "pane",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column(
        "cells",
        LargeBinary,
        nullable=False,
        comment="MessagePack map of contracts.cells codes to whole numbers",
    ),
    comment="[kpi_engine] What one source partition counted in one pane of one queue and channel; "
    "partitioned by month of `start`.",
)

agent_state = Table(
    "agent_state",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("state", Text, primary_key=True),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="the whole record, MessagePack of contracts.agents.Entered",
    ),
    Column(
        "lasts",
        BigInteger,
        comment="milliseconds it is believed without another word, where that is more than a day",
    ),
    Index(
        "agent_state_lasting",
        "tenant",
        "agent",
        "at",
        postgresql_where=text("lasts IS NOT NULL"),
    ),
    comment="[kpi_engine] Every state an agent entered, in event time; partitioned by month of "
    "`at`.",
)

"""The tables of PostgreSQL: who writes them, what a row means; Alembic builds them, services read them by name.

Instants are epoch milliseconds (bigint), as on the wire.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

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
    comment="[kpi_engine] How far each source partition is included in the tables below, and who may write it.",
)

visit = Table(
    "visit",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("visit", SmallInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("offered_at", BigInteger),
    Column("queue", Text),
    Column("outcome", Text, comment="answered, abandoned, left; null while there is none"),
    Column("wait", BigInteger, comment="milliseconds from offer to outcome"),
    Column("open", Boolean, nullable=False, comment="still waiting or in progress"),
    Column("body", LargeBinary, nullable=False, comment="the whole record, MessagePack of contracts.visits.Visit"),
    Index("visit_offered", "tenant", "offered_at"),
    Index("visit_open", "partition", postgresql_where=text("open")),
    comment="[kpi_engine] One stay of one contact in one queue: the evidence behind every figure.",
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
    Column("cells", LargeBinary, nullable=False, comment="MessagePack map of contracts.cells codes to whole numbers"),
    comment="[kpi_engine] What one source partition counted in one pane of one queue and channel.",
)

agent_state = Table(
    "agent_state",
    metadata,
    Column("partition", SmallInteger, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False, comment="the event, JSON"),
    comment="[kpi_engine] Every state an agent entered, in event time.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    UniqueConstraint("secret_sha256"),
    comment="[runtime] Credentials: only the SHA-256 of a secret is kept.",
)

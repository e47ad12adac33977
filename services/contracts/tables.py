"""The tables of PostgreSQL: who writes them, what a row means; Alembic builds them, services read
them by name.

Instants are epoch milliseconds (bigint), as on the wire.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

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
    Column("grain", Text, primary_key=True, comment="of contracts.grains"),
    Column("start", BigInteger, primary_key=True),
    Column("queue", Text, primary_key=True, comment="'': the sum over the tenant's queues"),
    Column("channel", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column(
        "families",
        SmallInteger,
        nullable=False,
        comment="bits of contracts.families.Family that are final in it",
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

definition_version = Table(
    "definition_version",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True, comment="'': the tenant itself"),
    Column("number", Integer, primary_key=True, comment="figures name it: id@number"),
    Column("valid_from", Text, comment="first day in the tenant's zone; null: ever since"),
    Column("body", JSONB, nullable=False, comment="its fields as in the file"),
    Column("loaded_at", BigInteger, nullable=False),
    comment="[definitions] Every version of every definition; none is ever changed or deleted.",
)

definition_set = Table(
    "definition_set",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("loaded_at", BigInteger, nullable=False),
    Column(
        "members",
        JSONB,
        nullable=False,
        comment="[tenant, kind, id, number] of each version that stands, sorted",
    ),
    comment="[definitions] What was loaded together; the last set stands.",
)

forecast = Table(
    "forecast",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="counted for each tenant, from 1"),
    Column(
        "digest",
        LargeBinary,
        nullable=False,
        comment="of the rows: the same content again is no new version",
    ),
    Column("rows", Integer, nullable=False),
    Column("begin", BigInteger, nullable=False, comment="of the first interval"),
    Column("until", BigInteger, nullable=False, comment="end of the last interval"),
    Column("note", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False, comment="id of the API key"),
    Column("uploaded_at", BigInteger, nullable=False),
    comment="[query] Uploads of forecasts; none is ever changed.",
)

forecast_slot = Table(
    "forecast_slot",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="'': all channels of the queue together"),
    Column("begin", BigInteger, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("volume", Double, nullable=False, comment="contacts in the interval"),
    Column("aht", Double, nullable=False, comment="mean handle time, seconds"),
    Column("staffed", Integer, comment="planned agents, where the upload tells"),
    Index("forecast_slot_begin", "tenant", "begin"),
    comment="[query] Forecast intervals as uploaded; the newest version of a time is in force.",
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
    Column("contract", Text, comment="the only one whose floor it may see; null: all of it"),
    UniqueConstraint("secret_sha256"),
    comment="[runtime] Credentials: only the SHA-256 of a secret is kept.",
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3, …"),
    Column("at", BigInteger, nullable=False, comment="as the entry says, to be found by"),
    Column("actor", Text, nullable=False, comment="as the entry says"),
    Column("action", Text, nullable=False, comment="as the entry says"),
    Column("entry", Text, nullable=False, comment="canonical JSON: all that is known of it"),
    Column("previous", LargeBinary, nullable=False, comment="hash of the entry before"),
    Column(
        "hash", LargeBinary, nullable=False, comment="SHA-256 of previous, tenant, number, entry"
    ),
    comment="[runtime] The audit log: who did what, each entry bound to the one before; triggers "
    "number and hash what is inserted, and refuse everything else.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, comment="of the last entry"),
    Column("hash", LargeBinary, nullable=False, comment="of the last entry"),
    comment="[runtime] Where each tenant's audit log ends; whoever appends holds its row.",
)

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

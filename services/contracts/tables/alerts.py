"""The tables of the alerts service: rules' states, incidents, notices, silences."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from floorpulse.contracts.tables.metadata import metadata

alert_lease = Table(
    "alert_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False, comment="by the clock of PostgreSQL"),
    comment="[alerts] The replica that acts; each change of hands raises the epoch, and every "
    "transaction of the acting one names its epoch.",
)

alert_state = Table(
    "alert_state",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("state", JSONB, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    comment="[alerts] Where each alert that is not simply inactive stands: since when it is "
    "pending, firing or clearing, and its last transitions.",
)

incident = Table(
    "incident",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("queue", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False, server_default=""),
    Column("key", Text, nullable=False, server_default=""),
    Column("severity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("level", SmallInteger, nullable=False, server_default="0"),
    Column("round", SmallInteger, nullable=False, server_default="0"),
    Column("opened_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
    Column("next_at", BigInteger, comment="when its timer is due; null: never"),
    Column("owner", Text),
    Column("acknowledged_until", BigInteger),
    Column("snoozed_until", BigInteger),
    Column("silenced", Boolean, nullable=False, server_default=text("false")),
    Column("flapping", Boolean, nullable=False, server_default=text("false")),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column(
        "body",
        JSONB,
        nullable=False,
        comment="names, figure, frozen policy, rule's version, runbook, labels",
    ),
    Index("incident_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index(
        "incident_open",
        "tenant",
        "rule",
        "queue",
        "channel",
        "key",
        unique=True,
        postgresql_where=text("resolved_at IS NULL"),
    ),
    Index("incident_opened", "tenant", "opened_at"),
    Index("incident_resolved", "resolved_at", postgresql_where=text("resolved_at IS NOT NULL")),
    comment="[alerts] One breach of one rule by one subject, from its begin to its end.",
)

incident_event = Table(
    "incident_event",
    metadata,
    Column("incident", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False, comment="the incident's state after it"),
    Column("level", SmallInteger, nullable=False),
    Column("actor", Text, comment="who did it, where a person did"),
    Column("body", JSONB, nullable=False, comment="figure, comment, until, owner"),
    Column(
        "published",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="whether it is in the topic alert-events",
    ),
    Index("incident_event_unpublished", "at", postgresql_where=text("NOT published")),
    comment="[alerts] The timeline of each incident; append-only.",
)

notice = Table(
    "notice",
    metadata,
    Column("incident", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("target", Text, primary_key=True, comment="receiver/channel"),
    Column("tenant", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, comment="when it may be tried (again); null: never"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("epoch", BigInteger, comment="the lease under which it was claimed"),
    Column("claimed_until", BigInteger),
    Column("sent_at", BigInteger),
    Column("said", Text, nullable=False, server_default="", comment="the channel's last answer"),
    Column("body", JSONB, nullable=False, comment="the figure and state it tells"),
    Index("notice_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    comment="[alerts] One message owed to one target, written with the change that causes it.",
)

silence = Table(
    "silence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("matchers", JSONB, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("silence_ends", "tenant", "ends_at"),
    comment="[alerts] Spans in which matching incidents tell nobody.",
)

rota_override = Table(
    "rota_override",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("rota", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("member", Text, nullable=False),
    Column("author", Text, nullable=False),
    Index("rota_override_ends", "tenant", "rota", "ends_at"),
    comment="[alerts] Somebody else is on call for a span, as a supervisor arranged it.",
)

used_link = Table(
    "used_link",
    metadata,
    Column("id", Text, primary_key=True, comment="the link's random part"),
    Column("used_at", BigInteger, nullable=False),
    comment="[alerts] Links of messages that were used: each works once.",
)

contact_at_risk = Table(
    "contact_at_risk",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("day", Text, primary_key=True, comment="the local day of its list"),
    Column("contact", Text, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("state", Text, nullable=False, comment="open, called, settled or dismissed"),
    Column("owner", Text),
    Column("due_at", BigInteger, nullable=False, comment="in business hours"),
    Column("updated_at", BigInteger, nullable=False),
    Column("comment", Text, nullable=False, server_default=""),
    comment="[alerts] The daily list of contacts that may become complaints, and who sees to it.",
)

alertmanager_alert = Table(
    "alertmanager_alert",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("receiver", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False, comment="its begin, as Alertmanager tells it"),
    Column("status", Text, nullable=False, comment="firing or resolved"),
    Column("reason", Text, nullable=False, comment="how that is known: told, or gone"),
    Column("labels", JSONB, nullable=False),
    Column("annotations", JSONB, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("handled", BigInteger, nullable=False, comment="the revision that incidents know of"),
    Column("changed_at", BigInteger, nullable=False),
    Index(
        "alertmanager_alert_unhandled",
        "changed_at",
        postgresql_where=text("handled <> revision"),
    ),
    comment="[alerts] What Alertmanager's webhook told, and what a look at Alertmanager made of "
    "it.",
)

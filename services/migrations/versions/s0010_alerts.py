"""The tables of the alerts service."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "alertmanager_alert", "contact_at_risk", "used_link", "rota_override", "silence", "notice",
    "incident_event", "incident", "alert_state", "alert_lease",
)  # fmt: skip
DDL = """
CREATE TABLE alert_lease (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (name)
);

COMMENT ON TABLE alert_lease IS
    '[alerts] The replica that acts; each change of hands raises the epoch, and every '
    'transaction of the acting one names its epoch.';

COMMENT ON COLUMN alert_lease.until IS 'by the clock of PostgreSQL';

CREATE TABLE alert_state (
    tenant TEXT NOT NULL,
    rule TEXT NOT NULL,
    queue TEXT NOT NULL,
    channel TEXT NOT NULL,
    key TEXT NOT NULL,
    state JSONB NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, rule, queue, channel, key)
);

COMMENT ON TABLE alert_state IS
    '[alerts] Where each alert that is not simply inactive stands: since when it is pending, '
    'firing or clearing, and its last transitions.';

CREATE TABLE incident (
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    rule TEXT NOT NULL,
    queue TEXT DEFAULT '' NOT NULL,
    channel TEXT DEFAULT '' NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    level SMALLINT DEFAULT '0' NOT NULL,
    round SMALLINT DEFAULT '0' NOT NULL,
    opened_at BIGINT NOT NULL,
    resolved_at BIGINT,
    next_at BIGINT,
    owner TEXT,
    acknowledged_until BIGINT,
    snoozed_until BIGINT,
    silenced BOOLEAN DEFAULT false NOT NULL,
    flapping BOOLEAN DEFAULT false NOT NULL,
    revision BIGINT DEFAULT '0' NOT NULL,
    body JSONB NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX incident_due ON incident (next_at) WHERE next_at IS NOT NULL;

CREATE UNIQUE INDEX incident_open ON incident (tenant, rule, queue, channel, key)
    WHERE resolved_at IS NULL;

CREATE INDEX incident_opened ON incident (tenant, opened_at);

CREATE INDEX incident_resolved ON incident (resolved_at) WHERE resolved_at IS NOT NULL;

COMMENT ON TABLE incident IS
    '[alerts] One breach of one rule by one subject, from its begin to its end.';

COMMENT ON COLUMN incident.next_at IS 'when its timer is due; null: never';

COMMENT ON COLUMN incident.body IS 'names, figure, frozen policy, rule''s version, runbook, labels';

CREATE TABLE incident_event (
    incident TEXT NOT NULL,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    level SMALLINT NOT NULL,
    actor TEXT,
    body JSONB NOT NULL,
    published BOOLEAN DEFAULT false NOT NULL,
    PRIMARY KEY (incident, number)
);

CREATE INDEX incident_event_unpublished ON incident_event (at) WHERE NOT published;

COMMENT ON TABLE incident_event IS '[alerts] The timeline of each incident; append-only.';

COMMENT ON COLUMN incident_event.state IS 'the incident''s state after it';

COMMENT ON COLUMN incident_event.actor IS 'who did it, where a person did';

COMMENT ON COLUMN incident_event.body IS 'figure, comment, until, owner';

COMMENT ON COLUMN incident_event.published IS 'whether it is in the topic alert-events';

CREATE TABLE notice (
    incident TEXT NOT NULL,
    kind TEXT NOT NULL,
    step INTEGER NOT NULL,
    target TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    attempts SMALLINT DEFAULT '0' NOT NULL,
    epoch BIGINT,
    claimed_until BIGINT,
    sent_at BIGINT,
    said TEXT DEFAULT '' NOT NULL,
    body JSONB NOT NULL,
    PRIMARY KEY (incident, kind, step, target)
);

CREATE INDEX notice_due ON notice (due_at) WHERE due_at IS NOT NULL;

COMMENT ON TABLE notice IS
    '[alerts] One message owed to one target, written with the change that causes it.';

COMMENT ON COLUMN notice.target IS 'receiver/channel';

COMMENT ON COLUMN notice.due_at IS 'when it may be tried (again); null: never';

COMMENT ON COLUMN notice.epoch IS 'the lease under which it was claimed';

COMMENT ON COLUMN notice.said IS 'the channel''s last answer';

COMMENT ON COLUMN notice.body IS 'the figure and state it tells';

CREATE TABLE silence (
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    matchers JSONB NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX silence_ends ON silence (tenant, ends_at);

COMMENT ON TABLE silence IS '[alerts] Spans in which matching incidents tell nobody.';

CREATE TABLE rota_override (
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    rota TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    member TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX rota_override_ends ON rota_override (tenant, rota, ends_at);

COMMENT ON TABLE rota_override IS
    '[alerts] Somebody else is on call for a span, as a supervisor arranged it.';

CREATE TABLE used_link (
    id TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

COMMENT ON TABLE used_link IS '[alerts] Links of messages that were used: each works once.';

COMMENT ON COLUMN used_link.id IS 'the link''s random part';

CREATE TABLE contact_at_risk (
    tenant TEXT NOT NULL,
    day TEXT NOT NULL,
    contact TEXT NOT NULL,
    queue TEXT NOT NULL,
    reasons JSONB NOT NULL,
    state TEXT NOT NULL,
    owner TEXT,
    due_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    comment TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (tenant, day, contact)
);

COMMENT ON TABLE contact_at_risk IS
    '[alerts] The daily list of contacts that may become complaints, and who sees to it.';

COMMENT ON COLUMN contact_at_risk.day IS 'the local day of its list';

COMMENT ON COLUMN contact_at_risk.state IS 'open, called, settled or dismissed';

COMMENT ON COLUMN contact_at_risk.due_at IS 'in business hours';

CREATE TABLE alertmanager_alert (
    tenant TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    receiver TEXT NOT NULL,
    group_key TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    labels JSONB NOT NULL,
    annotations JSONB NOT NULL,
    revision BIGINT NOT NULL,
    handled BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fingerprint)
);

CREATE INDEX alertmanager_alert_unhandled ON alertmanager_alert (changed_at)
    WHERE handled <> revision;

COMMENT ON TABLE alertmanager_alert IS
    '[alerts] What Alertmanager''s webhook told, and what a look at Alertmanager made of it.';

COMMENT ON COLUMN alertmanager_alert.starts_at IS 'its begin, as Alertmanager tells it';

COMMENT ON COLUMN alertmanager_alert.status IS 'firing or resolved';

COMMENT ON COLUMN alertmanager_alert.reason IS 'how that is known: told, or gone';

COMMENT ON COLUMN alertmanager_alert.handled IS 'the revision that incidents know of'
"""


def upgrade() -> None:
    """Make them."""
    for statement in DDL.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """Drop them: incidents and their timelines are gone."""
    for table in TABLES:
        op.drop_table(table)

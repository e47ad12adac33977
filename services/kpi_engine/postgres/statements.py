"""The SQL of the engine's store: absolute values only, guarded by the partition's epoch and
offset.
"""

TRANSACTION_TIMEOUT_SINCE = 17

# The database's clock, epoch milliseconds: workers' clocks differ, and what they decide about one
# another must not.
NOW = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

# A frozen worker must not hold row locks until it thaws: the server ends its transaction.
# It does not while it waits for the rows of a COPY: see `stalled`.
BOUNDS_FROM_17 = (
    "SET transaction_timeout = {milliseconds}; SET "
    "idle_in_transaction_session_timeout = {milliseconds}"
)
BOUNDS_BELOW_17 = (
    "SET statement_timeout = {milliseconds}; SET "
    "idle_in_transaction_session_timeout = {milliseconds}"
)
BOUND_OF_A_CLAIM = "SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"

CLAIM = """
INSERT INTO stream_partition AS held
    (topic, partition, log_id, generation, epoch, owner, next_offset, watermark, applied, dead,
        updated_at)
VALUES ($1, $2, $3, 1, 1, $4, $5, NULL, 0, 0, floor(extract(epoch
    FROM clock_timestamp()) * 1000)::bigint)
ON CONFLICT (topic, partition) DO UPDATE SET
    epoch = held.epoch + 1,
    owner = excluded.owner,
    generation = held.generation + CASE WHEN held.log_id = excluded.log_id THEN 0 ELSE 1 END,
    next_offset = CASE WHEN held.log_id = excluded.log_id THEN held.next_offset
        ELSE excluded.next_offset END,
    log_id = excluded.log_id,
    updated_at = excluded.updated_at
RETURNING generation, epoch, next_offset, watermark, applied, dead
"""

PRESENCE = """
SELECT number, page FROM presence_log WHERE partition = $1 AND number > $2 ORDER BY number LIMIT $3
"""
WRITE_PRESENCE = (
    "INSERT INTO presence_log SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])"
)
DELETE_PRESENCE = """
DELETE FROM presence_log USING unnest($1::smallint[], $2::bigint[]) AS past (partition, number)
WHERE presence_log.partition = past.partition AND presence_log.number < past.number
"""

VISITS = """
SELECT partition, tenant, contact, visit.visit, body
FROM (SELECT DISTINCT partition, tenant, contact
    FROM unnest(string_to_array($2, $1)::smallint[], string_to_array($3, $1),
        string_to_array($4, $1)) AS asked (partition, tenant, contact)
    ) AS wanted
JOIN visit USING (partition, tenant, contact)
"""

# Each contact is looked into by itself, in the very leaf of the key that its visit goes to.
ACCOMPANIED = """
SELECT lonely.tenant, lonely.contact
FROM unnest(string_to_array($2, $1)::smallint[], string_to_array($3, $1), string_to_array($4, $1),
    string_to_array($5, $1)::smallint[]) AS lonely (partition, tenant, contact, visit)
CROSS JOIN LATERAL (
    SELECT FROM visit AS other
    WHERE other.partition = lonely.partition AND other.tenant = lonely.tenant
      AND other.contact = lonely.contact AND other.visit <> lonely.visit
    LIMIT 1
) AS found
LIMIT 1
"""

PANES = """
SELECT partition, tenant, queue, channel, start, revision, cells
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
    AS wanted (partition, tenant, queue, channel, start)
JOIN pane USING (tenant, start, queue, channel, partition)
"""

LOCK_POSITIONS = """
SELECT partition, epoch, next_offset FROM stream_partition
WHERE topic = $1 AND partition = ANY ($2::smallint[]) ORDER BY partition FOR UPDATE
"""

MOVE = """
UPDATE stream_partition AS held SET next_offset = moved.next_offset, watermark = moved.watermark,
    applied = moved.applied,
    dead = moved.dead, updated_at = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS moved (partition, next_offset, watermark, applied, dead)
WHERE held.topic = $1 AND held.partition = moved.partition
"""

AGENT_STATES = """
SELECT stored.partition, stored.tenant, stored.agent, stored.body
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[])
    AS wanted (partition, tenant, agent, since)
JOIN agent_state AS stored ON stored.partition = wanted.partition AND stored.tenant = wanted.tenant
    AND stored.agent = wanted.agent AND stored.at >= wanted.since
ORDER BY stored.tenant, stored.agent, stored.at, stored.state
"""

# Emptying them with each commit would cost as much as writing a hundred rows: each has a table of
# long values whose index is then built anew. So rows stay for some flushes, and a flush takes those
# that its own transaction wrote, which no savepoint may stand between.
TEMPORARY_TABLES = """
CREATE TEMPORARY TABLE new_visit (LIKE visit);
CREATE TEMPORARY TABLE new_pane (LIKE pane);
CREATE TEMPORARY TABLE new_agent_state (LIKE agent_state);
CREATE TEMPORARY TABLE new_source_orphan (LIKE source_orphan);
"""
EMPTY = "TRUNCATE {tables}"

AGENT_STATE_COLUMNS = ("partition", "tenant", "agent", "at", "state", "body", "lasts")
LATE_COLUMNS = (
    "partition",
    "tenant",
    "queue",
    "channel",
    "start",
    "source",
    "event",
    "type",
    "reason",
    "changed_at",
)

ORPHAN_COLUMNS = (
    "partition",
    "epoch",
    "tenant",
    "source",
    "missing",
    "count",
    "first_at",
    "last_at",
    "examples",
)

UPSERT_ORPHANS = """
INSERT INTO source_orphan SELECT * FROM new_source_orphan WHERE xmin = pg_current_xact_id()::xid
ON CONFLICT (partition, epoch, tenant, source, missing) DO UPDATE SET count = excluded.count,
    first_at = excluded.first_at, last_at = excluded.last_at, examples = excluded.examples
"""

UPSERT_VISITS = """
INSERT INTO visit (partition, tenant, contact, visit, offered_at, queue, channel, customer,
    complained_at, settled_at, body)
SELECT partition, tenant, contact, visit, offered_at, queue, channel, customer, complained_at,
    settled_at, body FROM new_visit WHERE xmin = pg_current_xact_id()::xid
ON CONFLICT (partition, tenant, contact, visit) DO UPDATE SET
    offered_at = excluded.offered_at, queue = excluded.queue, channel = excluded.channel,
    customer = excluded.customer, complained_at = excluded.complained_at,
        settled_at = excluded.settled_at, body = excluded.body
"""

UPSERT_PANES = """
INSERT INTO pane (tenant, start, queue, channel, partition, revision, cells)
SELECT tenant, start, queue, channel, partition, revision, cells FROM new_pane
WHERE xmin = pg_current_xact_id()::xid
ON CONFLICT (tenant, start, queue, channel, partition) DO UPDATE SET revision = excluded.revision,
    cells = excluded.cells
"""

UPSERT_AGENT_STATES = """
INSERT INTO agent_state (partition, tenant, agent, at, state, body, lasts)
SELECT partition, tenant, agent, at, state, body, lasts FROM new_agent_state
WHERE xmin = pg_current_xact_id()::xid
ON CONFLICT (partition, tenant, agent, at, state) DO UPDATE SET body = excluded.body,
    lasts = excluded.lasts
"""

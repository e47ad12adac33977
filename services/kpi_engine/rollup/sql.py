"""The SQL of the roller: what it reads, always within one snapshot, and what it writes."""

# A frozen leader must not keep the roller's row locked until it thaws.
BOUND = "SET LOCAL idle_in_transaction_session_timeout = '30s'"

CURSORS = (
    "SELECT completion, quarter, reached, day, month, zone, watermarks FROM roller FOR "
    "UPDATE SKIP LOCKED"
)

MOVE_CURSORS = (
    "UPDATE roller SET completion = $1, quarter = $2, reached = $3, day = $4, month = $5, "
    "zone = $6, watermarks = $7"
)

# The partitions of the log that was heard of last: one made anew with fewer partitions leaves rows
# that nobody will ever move.
WATERMARKS = """
SELECT partition, watermark FROM stream_partition
WHERE topic = $1 AND watermark IS NOT NULL
  AND log_id = (SELECT log_id FROM stream_partition WHERE topic = $1 ORDER BY generation DESC,
      updated_at DESC LIMIT 1)
"""

GONE = "SELECT gone FROM retention WHERE kept = 'panes'"

# Every tenant of a table by one probe of its primary key each.
TENANTS = """
WITH RECURSIVE known AS (
    SELECT min(tenant) AS tenant FROM {table}
    UNION ALL
    SELECT (SELECT min(tenant) FROM {table} WHERE tenant > known.tenant) FROM known
        WHERE known.tenant IS NOT NULL
)
SELECT tenant FROM known WHERE tenant IS NOT NULL
"""

FIRST_PANE_OF = """
SELECT min(first) FROM unnest($1::text[]) AS one (tenant),
LATERAL (SELECT start AS first FROM pane WHERE pane.tenant = one.tenant AND partition = $2
    ORDER BY start LIMIT 1) AS found
"""

NEXT_PANE = """
SELECT min(first) FROM unnest($1::text[]) AS one (tenant),
LATERAL (SELECT start AS first FROM pane WHERE pane.tenant = one.tenant AND start >= $2
    ORDER BY start LIMIT 1) AS found
"""

NEXT_ROLLUP = """
SELECT min(first) FROM unnest($1::text[]) AS one (tenant),
LATERAL (
    SELECT start AS first FROM rollup WHERE rollup.tenant = one.tenant AND grain = $3
        AND start >= $2 ORDER BY start LIMIT 1
) AS found
"""

# ---------------------------------------------------------------- merging

QUARTERS = """
SELECT tenant, start - start % 900000, queue, channel, max(revision), count(*),
    string_agg(cells, '')
FROM pane WHERE tenant = ANY ($1::text[]) AND start >= $2 AND start < $3
GROUP BY 1, 2, 3, 4
"""

# One probe of the primary key for each pane of each quarter asked for; OFFSET 0 keeps it that way.
TOUCHED = """
SELECT tenant, quarter, queue, channel, max(revision), count(*), string_agg(cells, '')
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) AS wanted (tenant, quarter, queue,
    channel),
generate_series(quarter, quarter + 899999, $5::bigint) AS at (start),
LATERAL (
    SELECT revision, cells FROM pane
    WHERE pane.tenant = wanted.tenant AND pane.start = at.start AND pane.queue = wanted.queue
        AND pane.channel = wanted.channel
    OFFSET 0
) AS found
GROUP BY 1, 2, 3, 4
"""

SUMMED = """
SELECT tenant, $4::bigint, queue, channel, max(revision), count(*), string_agg(cells, '')
FROM rollup WHERE tenant = ANY ($1::text[]) AND grain = $5 AND start >= $2 AND start < $3
GROUP BY tenant, queue, channel
"""

# ---------------------------------------------------------------- rollups

STORED_IN = """
SELECT tenant, grain, start, queue, channel, families, revision, cells, filled_at
FROM rollup WHERE tenant = ANY ($1::text[]) AND grain = 'quarter' AND start >= $2
    AND start < $3 AND queue <> ''
"""

STORED = """
SELECT tenant, grain, start, queue, channel, families, revision, cells, filled_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) AS wanted (tenant,
    grain, start, queue, channel)
JOIN rollup USING (tenant, grain, start, queue, channel)
"""

WRITE = """
INSERT INTO rollup (tenant, grain, start, queue, channel, until, families, revision, cells,
    filled_at)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::smallint[],
    $8::bigint[], $9::bytea[], $10::bigint[])
ON CONFLICT (tenant, grain, start, queue, channel) DO UPDATE SET
    until = excluded.until, families = excluded.families, revision = excluded.revision,
        cells = excluded.cells,
    filled_at = excluded.filled_at
"""

FORGET_CALENDAR = "DELETE FROM rollup WHERE grain <> 'quarter'"

HOMES = """
SELECT tenant, queue, channel, since
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (tenant, queue, channel)
    JOIN home USING (tenant, queue, channel)
"""

ADD_HOMES = """
INSERT INTO home (tenant, queue, channel, since)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
ON CONFLICT (tenant, queue, channel) DO UPDATE SET since = least(home.since, excluded.since)
    WHERE home.since > excluded.since
"""

# ---------------------------------------------------------------- corrections

TAKE_LATE = """
DELETE FROM late_change WHERE id IN (SELECT id FROM late_change ORDER BY id LIMIT $1)
RETURNING id, tenant, queue, channel, start - start % 900000 AS quarter, source, event, type, reason
"""

CORRECT = """
INSERT INTO correction (tenant, queue, channel, start, until, old, new, source, event, type,
    reason, recorded_at)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[],
    $7::bytea[], $8::text[], $9::text[], $10::text[],
    $11::text[], $12::bigint[])
"""

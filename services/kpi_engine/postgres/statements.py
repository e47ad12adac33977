"""The SQL of the engine's store: absolute values only, guarded by the partition's epoch and
offset.
"""

from collections.abc import Mapping

TRANSACTION_TIMEOUT_SINCE = 17

# The database's clock, epoch milliseconds: workers' clocks differ, and what they decide about one
# another must not.
NOW = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

# A frozen worker must not hold row locks until it thaws: the server ends its transaction.
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
SELECT tenant, contact, visit.visit, body
FROM (SELECT DISTINCT tenant, contact FROM unnest($2::text[], $3::text[])
    AS asked (tenant, contact)) AS wanted
JOIN visit USING (tenant, contact)
WHERE visit.partition = $1
"""

# Each contact is looked into by itself, in the very leaf of the key that its visit goes to.
ACCOMPANIED = """
SELECT lonely.tenant, lonely.contact
FROM unnest($1::smallint[], $2::text[], $3::text[], $4::smallint[])
    AS lonely (partition, tenant, contact, visit)
CROSS JOIN LATERAL (
    SELECT FROM visit AS other
    WHERE other.partition = lonely.partition AND other.tenant = lonely.tenant
      AND other.contact = lonely.contact AND other.visit NOT IN (0, lonely.visit)
    LIMIT 1
) AS found
LIMIT 1
"""

PANES = """
SELECT tenant, queue, channel, start, revision, cells
FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS wanted (tenant, queue, channel,
    start)
JOIN pane USING (tenant, start, queue, channel)
WHERE pane.partition = $1
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
SELECT stored.tenant, stored.agent, stored.body
FROM unnest($2::text[], $3::text[], $4::bigint[]) AS wanted (tenant, agent, since)
JOIN agent_state AS stored ON stored.partition = $1 AND stored.tenant = wanted.tenant
    AND stored.agent = wanted.agent AND stored.at >= wanted.since
ORDER BY stored.tenant, stored.agent, stored.at, stored.state
"""

VISIT_TYPES = {
    "partition": "smallint",
    "tenant": "text",
    "contact": "text",
    "visit": "smallint",
    "offered_at": "bigint",
    "queue": "text",
    "channel": "text",
    "customer": "bigint",
    "complained_at": "bigint",
    "settled_at": "bigint",
    "body": "bytea",
}
"""Columns by their types; `channel` to `settled_at` repeat what the body says, for questions that
look visits up by it
"""
PANE_TYPES = {
    "tenant": "text",
    "start": "bigint",
    "queue": "text",
    "channel": "text",
    "partition": "smallint",
    "revision": "bigint",
    "cells": "bytea",
}
AGENT_STATE_TYPES = {
    "partition": "smallint",
    "tenant": "text",
    "agent": "text",
    "at": "bigint",
    "state": "text",
    "body": "bytea",
    "lasts": "bigint",
}
ORPHAN_TYPES = {
    "partition": "smallint",
    "epoch": "bigint",
    "tenant": "text",
    "source": "text",
    "missing": "text",
    "count": "bigint",
    "first_at": "bigint",
    "last_at": "bigint",
    "examples": "jsonb",
}
VISIT_COLUMNS = tuple(VISIT_TYPES)
PANE_COLUMNS = tuple(PANE_TYPES)
AGENT_STATE_COLUMNS = tuple(AGENT_STATE_TYPES)
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


def upsert(table: str, key: str, types: Mapping[str, str]) -> str:
    """The statement that writes rows, given as an array for each column, over those of their keys.

    They come as parameters, not by way of a temporary table: emptying those with each commit costs
    the server as much as writing a hundred rows.
    """
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types.values(), 1))
    taken = ", ".join(
        f"{column} = excluded.{column}" for column in types if column not in key.split(", ")
    )
    return (
        f"INSERT INTO {table} ({', '.join(types)}) SELECT * FROM unnest({arrays}) "  # noqa: S608  names of ours
        f"ON CONFLICT ({key}) DO UPDATE SET {taken}"
    )


UPSERT_VISITS = upsert("visit", "partition, tenant, contact, visit", VISIT_TYPES)
UPSERT_PANES = upsert("pane", "tenant, start, queue, channel, partition", PANE_TYPES)
UPSERT_AGENT_STATES = upsert(
    "agent_state", "partition, tenant, agent, at, state", AGENT_STATE_TYPES
)
UPSERT_ORPHANS = upsert("source_orphan", "partition, epoch, tenant, source, missing", ORPHAN_TYPES)

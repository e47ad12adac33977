"""Statements of the alerts service that SQLAlchemy's words would not make plainer."""

from sqlalchemy import text

NOW = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
LEASE = "alerts"

# A replica that is frozen within a transaction must not hold its rows for long: the server ends it.
BEGIN = text(f"""
SELECT {NOW} AS now,
    coalesce((SELECT epoch FROM alert_lease WHERE name = '{LEASE}'), 0) AS epoch,
    set_config('idle_in_transaction_session_timeout', '3000', true),
    set_config('statement_timeout', '4000', true),
    set_config('lock_timeout', '2000', true)
""")  # noqa: S608  of constants

LOOK = text(f"""
SELECT {NOW} AS now, holder, epoch, until
FROM (SELECT 1) AS always LEFT JOIN alert_lease ON name = '{LEASE}'
""")  # noqa: S608  of constants

TAKE = text(f"""
INSERT INTO alert_lease AS held (name, holder, epoch, until)
VALUES ('{LEASE}', :holder, 1, {NOW} + :span)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, epoch = held.epoch + 1, until = excluded.until
WHERE held.epoch = :seen_epoch AND held.until = :seen_until AND held.until <= {NOW}
RETURNING epoch
""")  # noqa: S608  of constants

RENEW = text(f"""
UPDATE alert_lease SET until = {NOW} + :span
WHERE name = '{LEASE}' AND holder = :holder AND epoch = :epoch
""")  # noqa: S608  of constants

RELEASE = text(f"""
UPDATE alert_lease SET until = 0
WHERE name = '{LEASE}' AND holder = :holder AND epoch = :epoch
""")  # noqa: S608  of constants

# MATERIALIZED: a plan that joins by nested loop would otherwise run the subquery again for each
# row, and claim more than LIMIT says.
DUE_INCIDENTS = text("""
WITH due AS MATERIALIZED (
    SELECT id FROM incident
    WHERE next_at <= :now
    ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED
)
SELECT incident.* FROM incident WHERE id IN (SELECT id FROM due) ORDER BY next_at, id
""")

CLAIM = text("""
WITH due AS MATERIALIZED (
    SELECT incident, kind, step, target FROM notice
    WHERE due_at <= :now AND (state = 'pending' OR (state = 'sending' AND epoch <= :epoch))
        AND incident || '.' || kind || '.' || step || '.' || target <> ALL(:under_way)
    ORDER BY due_at, created_at LIMIT :most FOR UPDATE SKIP LOCKED
)
UPDATE notice SET state = 'sending', epoch = :epoch, claimed_until = :until, due_at = :until,
    attempts = attempts + 1
FROM due
WHERE notice.incident = due.incident AND notice.kind = due.kind AND notice.step = due.step
    AND notice.target = due.target
RETURNING notice.*
""")

OF_CLAIM = "incident = :incident AND kind = :kind AND step = :step AND target = :target"
STILL = f"{OF_CLAIM} AND epoch = :epoch AND state IN ('sending', :state)"

SENT = text(f"""
UPDATE notice SET state = :state, sent_at = :now, due_at = NULL, said = :answer WHERE {STILL}
""")  # noqa: S608  of constants

FAILED = text(f"""
UPDATE notice SET state = :state, due_at = NULL, said = :answer WHERE {STILL}
""")  # noqa: S608  of constants

# What was acknowledged or over meanwhile needs no further attempt.
PENDING = text(f"""
UPDATE notice SET
    state = CASE WHEN needed THEN 'pending' ELSE 'withdrawn' END,
    due_at = CASE WHEN needed THEN cast(:due_at AS bigint) END,
    said = :answer
FROM (
    SELECT cast(:kind AS text) <> 'opened' OR EXISTS (
        SELECT FROM incident WHERE id = :incident AND state = 'firing'
    ) AS needed
) AS about
WHERE {STILL}
""")  # noqa: S608  of constants

FIRST_IN_LINE = text("""
SELECT NOT EXISTS (
    SELECT FROM notice AS other
    WHERE other.due_at IS NOT NULL AND other.tenant = :tenant AND other.target = :target
        AND other.state = 'pending' AND other.attempts > 0
        AND (other.created_at, other.incident) < (:created_at, :incident)
)
""")

BRING_FORWARD = text("""
UPDATE notice SET due_at = :now
WHERE due_at > :now AND tenant = :tenant AND target = :target AND state = 'pending'
""")

# Whoever waits behind a withdrawn notice may be the first in line now: it looks soon.
WITHDRAW = text("""
WITH gone AS (
    UPDATE notice SET state = 'withdrawn', due_at = NULL
    WHERE incident = :incident AND kind = 'opened' AND state = 'pending'
    RETURNING tenant, target
)
UPDATE notice SET due_at = least(due_at, :soon)
FROM gone
WHERE notice.due_at IS NOT NULL AND notice.state = 'pending' AND notice.incident <> :incident
    AND notice.tenant = gone.tenant AND notice.target = gone.target
""")

TOLD = text("""
SELECT DISTINCT incident, target FROM notice
WHERE incident = ANY(:incidents) AND kind IN ('opened', 'reassigned')
    AND (state IN ('sent', 'sending') OR attempts > 0 AND state <> 'failed')
ORDER BY incident, target
""")

FLAPPED = text("""
SELECT max(notice.created_at) FROM incident JOIN notice ON notice.incident = incident.id
WHERE incident.tenant = :tenant AND incident.rule = :rule AND incident.queue = :queue
    AND incident.channel = :channel AND incident.key = :key
    AND notice.kind = 'flapping' AND notice.created_at > :since
""")

UNFAILED = text("""
SELECT EXISTS (
    SELECT FROM notice
    WHERE incident = :incident AND kind = :kind AND step = :step AND state <> 'failed'
)
""")

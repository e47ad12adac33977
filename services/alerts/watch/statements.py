"""The statements that the complaint watch reads visits with.

What was written since a mark is found by `xmin`, the transaction that wrote a row: the mark is the
oldest transaction that had not ended when it was taken, so whatever commits later has a number from
it on. Numbers that went around give rows too many, never too few. The rows of the days that are
looked at are found by their index; only those that changed are decoded.
"""

from sqlalchemy import text

NO_SCAN = text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)")
MARK = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
CHANGED = text("""
SELECT DISTINCT partition, contact FROM visit
WHERE tenant = :tenant AND offered_at >= :begin AND offered_at < :end
  AND (CAST(:mark AS text) IS NULL
    OR age(xmin) <= age(CAST(CAST(CAST(:mark AS text) AS xid8) AS xid)))
""")
FOLLOWING = text("""
WITH mine AS MATERIALIZED (
    SELECT visit.contact, visit.customer, visit.offered_at
    FROM unnest(CAST(:partitions AS smallint[]), CAST(:contacts AS text[]))
        AS asked(partition, contact)
    JOIN visit ON visit.partition = asked.partition AND visit.tenant = :tenant
        AND visit.contact = asked.contact
    WHERE visit.customer IS NOT NULL AND visit.offered_at IS NOT NULL
)
SELECT DISTINCT other.partition, other.contact FROM mine CROSS JOIN LATERAL (
    SELECT partition, tenant, contact FROM visit
    WHERE customer = mine.customer AND offered_at >= mine.offered_at
      AND offered_at <= mine.offered_at + :within
    OFFSET 0
) AS other
WHERE other.tenant = :tenant AND other.contact <> mine.contact
""")
STORIES = text("""
SELECT visit.contact, visit.customer, visit.body
FROM unnest(CAST(:partitions AS smallint[]), CAST(:contacts AS text[]))
    AS asked(partition, contact)
JOIN visit ON visit.partition = asked.partition AND visit.tenant = :tenant
    AND visit.contact = asked.contact
WHERE visit.visit > 0
ORDER BY visit.contact, visit.visit
""")
EARLIER = text("""
SELECT asked.contact, count(DISTINCT other.contact)
FROM unnest(CAST(:contacts AS text[]), CAST(:customers AS bigint[]), CAST(:offers AS bigint[]))
    AS asked(contact, customer, offered_at)
CROSS JOIN LATERAL (
    SELECT tenant, contact FROM visit
    WHERE customer = asked.customer AND offered_at >= asked.offered_at - :within
      AND offered_at < asked.offered_at
    OFFSET 0
) AS other
WHERE other.tenant = :tenant AND other.contact <> asked.contact
GROUP BY 1
""")

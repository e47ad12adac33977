"""How far rollups reach, read from PostgreSQL together with what they must not be believed about
yet.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from asyncpg.pool import PoolConnectionProxy

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.counting.families import Family
from floorpulse.counting.finality import passed
from floorpulse.counting.grains import QUARTER, Grain
from floorpulse.figures.history.coverage import RollupReach

# `waited`: up to where the roller has waited for every partition of the log that was heard of last;
# 0 where one is new to it.
REACH = """
SELECT quarter, day, month, zone,
  (SELECT gone FROM retention WHERE kept = 'panes') AS gone,
  (SELECT gone FROM retention WHERE kept = 'rollups') AS all_gone,
  (SELECT min(coalesce((watermarks ->> partition::text)::bigint, 0)) FROM stream_partition
   WHERE topic = $1 AND watermark IS NOT NULL
     AND log_id = (SELECT log_id FROM stream_partition WHERE topic = $1 ORDER BY generation DESC,
         updated_at DESC LIMIT 1)) AS waited,
  ARRAY(SELECT DISTINCT start - start % $2 FROM late_change WHERE tenant = $3
      AND start >= $4 - $2 AND start < $5 ORDER BY 1) AS changed
FROM roller
"""


async def reach(connection: PoolConnectionProxy, tenant: str, span: Span) -> RollupReach:
    """What the rollups of a tenant hold about `span`. Raises asyncpg's errors."""
    [row] = await connection.fetch(
        REACH, CONTACT_EVENTS.name, QUARTER, tenant, span.begin, span.end
    )
    gone = row["gone"] or 0
    waited = row["quarter"] if row["waited"] is None else passed(row["waited"], Family.OFFER)
    quarter = max(min(row["quarter"], waited), min(row["quarter"], gone))
    until = {
        Grain.QUARTER: quarter,
        Grain.DAY: min(row["day"], quarter),
        Grain.MONTH: min(row["month"], quarter),
    }
    changed: Sequence[int] = row["changed"]
    all_gone = row["all_gone"] or 0
    return RollupReach(until, ZoneInfo(row["zone"] or "UTC"), changed, gone, all_gone)

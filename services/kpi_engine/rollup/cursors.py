"""How far panes are rolled up, and how far they may be: cursors over event time, moved by the
watermarks of the source partitions.

         all final, in rollup         completions final        still open
├────────────────────────────────┤────────────────────────┤──────────────────
                              quarter                 completion

What a partition changes behind its own watermark, it notes in `late_change`. So a quarter may be
rolled once the watermarks of all partitions have passed it. A partition that comes in behind the
cursors (its first event, or a log made anew) was not waited
for: the cursors retreat to where its panes begin, and the quarters are rolled again as it catches
up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from floorpulse.counting.families import Family
from floorpulse.counting.finality import passed
from floorpulse.counting.grains import Grain, bounds_of, quarter_of


@dataclass(frozen=True)
class RollupCursors:
    """How far the roller has come; cursors are ends of what is done, epoch milliseconds.

    `reached` is the furthest that `quarter` ever was; `watermarks` are those of the partitions when
    it looked last.
    """

    completion: int = 0
    quarter: int = 0
    reached: int = 0
    day: int = 0
    month: int = 0
    zone: str = ""
    watermarks: Mapping[int, int] | None = None


def retreated(
    cursors: RollupCursors,
    heard: Mapping[int, int],
    firsts: Mapping[int, int],
    floor: int,
    zone: ZoneInfo,
) -> RollupCursors:
    """The cursors moved back to what every partition now heard of was waited for.

    `heard` are watermarks by partition, `firsts` the first pane of each partition that was never
    looked at (if it has one); what lies before `floor` has no panes any more and stays as it is.
    """
    waited = {
        **heard,
        **{one: at for one, at in (cursors.watermarks or {}).items() if one in heard},
    }
    begun = [quarter_of(first) for first in firsts.values()]
    quarter = min([cursors.quarter, *begun, *(passed(at, Family.OFFER) for at in waited.values())])
    completion = min(
        [cursors.completion, *begun, *(passed(at, Family.COMPLETION) for at in waited.values())]
    )
    quarter = max(quarter, min(cursors.quarter, floor))
    completion = max(completion, quarter)
    return lowered(replace(cursors, quarter=quarter, completion=completion), zone)


def lowered(cursors: RollupCursors, zone: ZoneInfo) -> RollupCursors:
    """The cursors of days and months moved back to hold whole days and months of rolled quarters
    only.
    """
    day = min(cursors.day, bounds_of(Grain.DAY, cursors.quarter, zone).begin)
    return replace(
        cursors, day=day, month=min(cursors.month, bounds_of(Grain.MONTH, day, zone).begin)
    )


def advanced(cursors: RollupCursors, quarter: int, completion: int) -> RollupCursors:
    """The cursors moved on; completions are never behind the rest."""
    reached = max(cursors.reached, quarter)
    return replace(
        cursors,
        quarter=quarter,
        completion=max(cursors.completion, quarter, completion),
        reached=reached,
    )


def final_in(cursors: RollupCursors, start: int) -> Family:
    """The families that are final in the quarter at `start`."""
    if start < cursors.quarter:
        return Family.OFFER | Family.COMPLETION
    return Family.COMPLETION if start < cursors.completion else Family(0)

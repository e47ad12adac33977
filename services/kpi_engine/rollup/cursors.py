"""How far panes are rolled up, and how far they may be: cursors over event time, moved by the
watermarks of the source partitions.

         all final, in rollup         completions final        still open
├────────────────────────────────┤────────────────────────┤──────────────────
                              quarter                 completion

What a partition changes behind its own watermark, it tells in `late_change`. So a quarter may be
rolled once the watermarks of all partitions have passed it. A partition that comes in behind the
cursors (its first event, or a log made anew) was not waited
for: the cursors retreat to where its panes begin, and the quarters are rolled again as it catches
up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from services.counting.families import Family
from services.counting.finality import passed
from services.counting.grains import Grain, bounds_of, quarter_of


@dataclass(frozen=True)
class Standing:
    """Where the roller stands; cursors are ends of what is done, epoch milliseconds.

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
    standing: Standing,
    heard: Mapping[int, int],
    firsts: Mapping[int, int],
    floor: int,
    zone: ZoneInfo,
) -> Standing:
    """The cursors moved back to what every partition now heard of was waited for.

    `heard` are watermarks by partition, `firsts` the first pane of each partition that was never
    looked at (if it has one); what lies before `floor` has no panes any more and stays as it is.
    """
    waited = {
        **heard,
        **{one: at for one, at in (standing.watermarks or {}).items() if one in heard},
    }
    begun = [quarter_of(first) for first in firsts.values()]
    quarter = min([standing.quarter, *begun, *(passed(at, Family.OFFER) for at in waited.values())])
    completion = min(
        [standing.completion, *begun, *(passed(at, Family.COMPLETION) for at in waited.values())]
    )
    quarter = max(quarter, min(standing.quarter, floor))
    completion = max(completion, quarter)
    return lowered(replace(standing, quarter=quarter, completion=completion), zone)


def lowered(standing: Standing, zone: ZoneInfo) -> Standing:
    """The cursors of days and months moved back to hold whole days and months of rolled quarters
    only.
    """
    day = min(standing.day, bounds_of(Grain.DAY, standing.quarter, zone).begin)
    return replace(
        standing, day=day, month=min(standing.month, bounds_of(Grain.MONTH, day, zone).begin)
    )


def advanced(standing: Standing, quarter: int, completion: int) -> Standing:
    """The cursors moved on; completions are never behind the rest."""
    reached = max(standing.reached, quarter)
    return replace(
        standing,
        quarter=quarter,
        completion=max(standing.completion, quarter, completion),
        reached=reached,
    )


def final_in(standing: Standing, start: int) -> Family:
    """The families that are final in the quarter at `start`."""
    if start < standing.quarter:
        return Family.OFFER | Family.COMPLETION
    return Family.COMPLETION if start < standing.completion else Family(0)

"""What a live window covers where queues went from one team, site, client or contract to another
within it: it begins with the change, as rows of history never go on behind one.

                      midnight: help goes from acme to bolt
    60m at 00:20   23:20 ├────────────┼─────┤ now
    by queue             ├──────────────────┤
    by client                         ├─────┤   help's contacts since midnight are bolt's
"""

from functools import lru_cache
from itertools import pairwise

from floorpulse.board.domain.windows import Span, Window, span_of
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.contract_limits import reach
from floorpulse.figures.selection import Selection, UnknownQueues
from floorpulse.figures.tenant_view import TenantView

PAIRS = 256
"""Pairs of definitions that are remembered as alike or not, by selection"""


def live_span(selection: Selection, window: Window, view: TenantView, now: int) -> Span:
    """What `window` covers of a selection at `now`."""
    span = span_of(window, now, view.board.rules.pane, view.zone)
    known = view.known
    if not selection.by_definitions or len(known.during(*span)) == 1:
        return span
    changes = [
        begin
        for (_, before), (begin, after) in pairwise(known.dated)
        if span.begin < begin <= now and _regroups(selection, before, after)
    ]
    return Span(max(changes), span.end) if changes else span


@lru_cache(PAIRS)
def _regroups(selection: Selection, before: InForce, after: InForce) -> bool:
    """Whether a queue counts in another row of a selection, or no longer, or only now."""
    if selection.contract is not None and reach(before, selection.contract) != reach(
        after, selection.contract
    ):
        return True
    groupings = {one for one, _ in selection.groups}
    if selection.by.grouping is not None:
        groupings.add(selection.by.grouping)
    queues = {*before.queues, *after.queues}
    if selection.unknown is not UnknownQueues.INCLUDE and any(
        before.knows(queue) is not after.knows(queue) for queue in queues
    ):
        return True
    return any(
        before.group(grouping, queue) != after.group(grouping, queue)
        for grouping in groupings
        for queue in queues
    )

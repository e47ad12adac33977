"""The wait that somebody who joins a queue now may expect: those ahead, at the pace agents came
free lately.

Little's law (J. D. C. Little, 1961): a line of L that is served λ times a second takes L / λ
seconds to pass. λ is the number of contacts that were completed in the last half hour: each
completion lets an agent take the next in line. Who gives up meanwhile shortens the line, so the
estimate is on the careful side. Without any completion there is no pace, and no estimate.

handled   ├───── half hour, whole minutes ─────┤ moment
"""

from floorpulse.kpis.figures import MomentFigures, Value
from floorpulse.kpis.policies import ServiceLevelPolicy

LOOK_BACK = 1800
"""Seconds before a moment in which completions make the pace"""


def estimated_wait(figures: MomentFigures, _: ServiceLevelPolicy) -> Value:
    """Waiting × half an hour / contacts handled in it; seconds."""
    ahead = float(len(figures.waits) * LOOK_BACK)
    return Value(ahead / figures.handled if figures.handled else None, ahead, figures.handled)

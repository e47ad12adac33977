"""Live updates: what an engine worker tells every reader about one source partition, four times a
second.
"""

import msgspec

from floorpulse.contracts.agents import AgentNow
from floorpulse.contracts.cells import Cells

OFFSET_BITS = 44
JOIN_BITS = 3

PaneKey = tuple[str, str, str, int]
"""(tenant, queue, channel, pane start in epoch milliseconds)"""


def revision(generation: int, offset: int, joins: int = 0) -> int:
    """One monotone integer of log generation and source offset, identical on every replay of the
    same log.

    `joins` tells states of one offset apart: records loaded from the database were joined since (at
    most 7 times count).
    """
    return (generation << OFFSET_BITS | offset) << JOIN_BITS | min(joins, (1 << JOIN_BITS) - 1)


class PaneRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Absolute cells of one pane of one source partition, as of `revision`."""

    tenant: str
    queue: str
    channel: str
    start: int
    revision: int
    cells: Cells

    @property
    def key(self) -> PaneKey:
        """The pane's key without its source partition."""
        return self.tenant, self.queue, self.channel, self.start


class Gauge(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Visits of one queue and channel that are going on.

    `waiting` holds the offer instants (epoch milliseconds, ascending) of visits without an outcome
    that are not older than any definition of the channel lets them wait, by the wall clock;
    `unresolved` counts the older ones. `in_progress` are those answered and not ended within the
    hour before, `lasting` the answers (ascending) of those that last longer.
    """

    tenant: str
    queue: str
    channel: str
    waiting: list[int]
    in_progress: int
    unresolved: int
    lasting: list[int] = []


class Talk(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A visit that `agent` is in, in `queue`, since it answered (epoch milliseconds); without an
    agent it is over, or nobody told who answered.
    """

    tenant: str
    contact: str
    visit: int
    agent: str = ""
    queue: str = ""
    since: int = 0


class SourceHeard(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one partition heard of a tenant's source, by spans of the worker's own clock: no
    instant, so that no two clocks are compared.

    `quiet` is milliseconds since its last word. Bit i of `minutes` says that it told something of
    the moment, not of history, in the i-th minute before that word. `queues` are those it offers
    contacts to; None where they are not told this time.
    """

    tenant: str
    source: str
    quiet: int
    minutes: int
    queues: list[str] | None = None


class UpdateHead(msgspec.Struct, frozen=True, kw_only=True):
    """One partition's news but for what it tells of queues, and where the partition stands.

    `epoch` rises with every owner, `next_offset` is the first offset not included, `lag` the
    records behind the end of the log, `watermark` event time in epoch milliseconds (None before the
    first event), `sequence` rises with every update of one owner. `published_at` is the worker's
    wall clock in epoch milliseconds: it tells how far two clocks are apart, and nothing is decided
    by it. `applied` and `dead` count records since the log's first generation. `agents` are those
    whose last state changed, `heard` the sources heard of. `talks` are the visits in progress that
    began or ended; where `all_talks`, all there are. `follows` numbers the update to which its
    changed gauges belong.
    """

    partition: int
    log_id: str
    generation: int
    epoch: int
    next_offset: int
    published_at: int
    lag: int
    applied: int
    dead: int
    watermark: int | None
    agents: list[AgentNow] = []
    heard: list[SourceHeard] = []
    sequence: int = 0
    talks: list[Talk] = []
    all_talks: bool = False
    follows: int = 0


class Update(UpdateHead, frozen=True, kw_only=True):
    """One partition's news: changed rows with absolute values, and its gauges.

    A set of rows too large for one record comes in several; `gauges` and `changed` are None in all
    but the last. `gauges` are all there are. `changed` are those that changed since the update of
    the same owner whose `sequence` was `follows`, an empty one where nobody is in a queue any more:
    they say nothing to a reader that does not know that update, and all come within seconds.
    """

    rows: list[PaneRow]
    gauges: list[Gauge] | None
    changed: list[Gauge] | None = None


class PackedUpdate(UpdateHead, frozen=True, kw_only=True):
    """The same with rows and gauges still as JSON: thousands are decoded little by little."""

    rows: list[msgspec.Raw]
    gauges: list[msgspec.Raw] | None
    changed: list[msgspec.Raw] | None = None

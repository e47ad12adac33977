"""What a row is made of: its queues and channels, those with the same policies together.

A total over queues with different policies sums each queue's hits and totals, each under its own;
it never averages ratios:

    orders  V5, 20 s    80 of 100 ─┐
    vip     V3, 10 s     9 of  10 ─┴─► 89 of 110
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.series import QueueChannel, SeriesKey
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.figures.contract_limits import covers, covers_queue
from floorpulse.figures.policies_in_force import PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection, UnknownQueues
from floorpulse.kpis.catalogue import Kpi, Mixed, SpanKpi
from floorpulse.kpis.figures import UNKNOWN, SpanFigures, Value, count, share
from floorpulse.kpis.policies import Policy, ServiceLevelPolicy

JOINED = 3
"""So many names of definitions stand in a row, joined by `+`; more are `mixed`."""
MIXED = "mixed"
NO_QUEUE = ("",)
"""What is read where no queue counts: none has the empty name"""


@dataclass(frozen=True)
class Share:
    """Series keys with the same policies, and the queues and channels that they sum."""

    policy: ServiceLevelPolicy
    series_keys: Sequence[SeriesKey]
    queue_channels: Sequence[QueueChannel]


class Parted(NamedTuple):
    """Figures of series keys with the same policies."""

    policy: ServiceLevelPolicy
    figures: SpanFigures


def row_key_of(selection: Selection, terms: PoliciesInForce, queue: str, channel: str) -> RowKey:
    """The row that a queue and channel belong to."""
    grouping = selection.by.grouping
    if grouping is not None:
        return RowKey(group=terms.in_force.group(grouping, queue))
    return selection.row_key(queue, channel)


def counts(selection: Selection, in_force: InForce, queue: str, channel: str) -> bool:
    """Whether contacts of this queue and channel count while some definitions are in force."""
    if not selection.includes(queue, channel) or not _admits(selection, in_force, queue):
        return False
    contract = selection.contract
    return contract is None or covers(in_force, contract, queue, channel)


def _admits(selection: Selection, in_force: InForce, queue: str) -> bool:
    if any(in_force.group(one, queue) not in names for one, names in selection.groups):
        return False
    if selection.unknown is UnknownQueues.INCLUDE:
        return True
    known = queue == OTHER or in_force.knows(queue)
    return known is (selection.unknown is UnknownQueues.EXCLUDE)


def narrowed(selection: Selection, states: Iterable[InForce]) -> Selection:
    """What is read for a selection: only queues of its groups, as any of the states in force has
    them.
    """
    if not selection.groups:
        return selection
    mine = {
        queue
        for in_force in states
        for queue in in_force.queues
        if _admits(selection, in_force, queue)
        and (not selection.queues or queue in selection.queues)
    }
    return replace(selection, queues=tuple(sorted(mine)) or NO_QUEUE)


def gathered(
    selection: Selection, terms: PoliciesInForce, queue_channels: Iterable[QueueChannel]
) -> dict[RowKey, list[QueueChannel]]:
    """The selected queues and channels by the row they belong to."""
    found: dict[RowKey, list[QueueChannel]] = {}
    gather(found, selection, terms, queue_channels)
    return found


def gather(
    found: dict[RowKey, list[QueueChannel]],
    selection: Selection,
    terms: PoliciesInForce,
    queue_channels: Iterable[QueueChannel],
) -> None:
    """Add some of the queues and channels to those that were found before."""
    for queue_channel in queue_channels:
        if counts(selection, terms.in_force, queue_channel[1], queue_channel[2]):
            found.setdefault(
                row_key_of(selection, terms, queue_channel[1], queue_channel[2]), []
            ).append(queue_channel)


def by_policy(
    terms: PoliciesInForce, queue_channels: Iterable[QueueChannel]
) -> list[tuple[ServiceLevelPolicy, list[QueueChannel]]]:
    """Queues and channels with the same policies together."""
    found: dict[int, tuple[ServiceLevelPolicy, list[QueueChannel]]] = {}
    for queue_channel in queue_channels:
        policy = terms.policy(queue_channel[1], queue_channel[2])
        found.setdefault(id(policy), (policy, []))[1].append(queue_channel)
    return list(found.values())


def shares(
    selection: Selection,
    row_key: RowKey,
    terms: PoliciesInForce,
    queue_channels: Sequence[QueueChannel],
) -> list[Share]:
    """A row's series keys by policy; one share where all have the same."""
    parted = by_policy(terms, queue_channels)
    if len(parted) > 1:
        return [Share(policy, theirs, theirs) for policy, theirs in parted]
    policy = parted[0][0] if parted else policy_without_queues(selection, row_key, terms)
    return [Share(policy, whole(selection, row_key, queue_channels), queue_channels)]


def policy_without_queues(
    selection: Selection, row_key: RowKey, terms: PoliciesInForce
) -> ServiceLevelPolicy:
    """The policy of a row that sums nothing: its queue's; what holds where nothing is said, of one
    that whoever asks may not see.
    """
    contract = selection.contract
    queue = row_key.queue
    channel = row_key.channel
    if contract is not None and not covers_queue(terms.in_force, contract, queue):
        queue = ""
    return terms.policy(queue, channel)


def row_keys_of(queue_channels: Sequence[QueueChannel]) -> list[RowKey]:
    """The finest subjects: each queue and channel by itself."""
    return [RowKey(queue, channel) for _, queue, channel in queue_channels]


def whole(
    selection: Selection, row_key: RowKey, queue_channels: Sequence[QueueChannel]
) -> Sequence[SeriesKey]:
    """The series keys that add up to a row."""
    return list(queue_channels) if selection.by_definitions else selection.series_keys(row_key)


def queues_of(
    selection: Selection, row_key: RowKey, queue_channels: Sequence[QueueChannel]
) -> Collection[str] | None:
    """The queues of a row, for those who serve any of them; None: whoever there is."""
    return (
        {queue for _, queue, _ in queue_channels}
        if selection.by_definitions
        else selection.queues_of(row_key)
    )


def value_of(kpi: SpanKpi, figures: SpanFigures, parts: Sequence[Parted]) -> Value:
    """A KPI of a row: of all its figures, or, where the KPI depends on policies that differ, the
    sum of each part's.
    """
    if len(parts) == 1 or kpi.judged_by is None:
        return kpi.measure(figures, parts[0].policy)
    if kpi.mixed is Mixed.GIVEN:
        parted = tuple((part.policy, part.figures) for part in parts)
        return kpi.measure(
            figures._replace(plan=replace(figures.plan, parts=parted)), parts[0].policy
        )
    return summed([kpi.measure(part.figures, part.policy) for part in parts])


def summed(values: Sequence[Value]) -> Value:
    """Counts added, or shares and quotients added part by part; what is not known of one part is
    not known of all.
    """
    if UNKNOWN in values:
        return UNKNOWN
    part = sum(value.numerator or 0 for value in values)
    whole = sum(value.denominator or 0 for value in values)
    if all(value.denominator is None for value in values):
        return count(part)
    if any(value.proportion for value in values):
        return share(int(part), int(whole))
    return Value(part / whole if whole else None, part, whole)


def definition_of(kpi: Kpi, policies: Sequence[ServiceLevelPolicy]) -> str:
    """The names of the definitions that a figure was computed with."""
    name = (kpi.judged_by or Policy.SERVICE_LEVEL).name_in
    if len(policies) == 1:
        return name(policies[0])
    known = sorted({name(policy) for policy in policies})
    return "+".join(known) if len(known) <= JOINED else MIXED

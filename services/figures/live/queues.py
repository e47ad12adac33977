"""The floor's queues: who waits in each now, and how far its figures can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.series import QueueChannel
from floorpulse.board.domain.windows import Window
from floorpulse.contracts.agents import StateNow
from floorpulse.definitions.domain.calendars import is_open
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.by_policy import Share, by_policy, counts, shares, summed
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.policies_in_force import AS_IN_FORCE, PoliciesInForce
from floorpulse.figures.selection import RowKey, Selection
from floorpulse.figures.staff.by_queue import StaffByQueue
from floorpulse.figures.state import State, state_of, volume_of
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import Value

AT_ONCE = 20
"""Queues computed in one turn of the loop: about a millisecond"""


@dataclass(frozen=True)
class QueueNow:
    """One queue over all its channels; `longest_wait` is seconds, `as_of` epoch milliseconds,
    `target` the highest of its channels. Whether it is `known` to the definitions: all are, where
    these name no queue.
    """

    queue: str
    en: str
    zh: str
    channels: tuple[str, ...]
    team: str | None
    site: str | None
    client: str | None
    known: bool
    state: State
    waiting: int
    longest_wait: float
    in_progress: int
    unresolved: int
    agents: Mapping[StateNow, int]
    target: float
    as_of: int


@dataclass(frozen=True)
class _QueuesContext:
    """The context in which rows of queues are made; `by_channel`: of some channels only."""

    view: TenantView
    as_of: int
    terms: PoliciesInForce
    staff_by_queue: StaffByQueue
    stale: bool
    by_channel: bool


class Queues:
    """Answers from the board, under the definitions of the moment."""

    def __init__(self, floors: Floors, live: LiveFigures, turns: Turns) -> None:
        self._floors = floors
        self._live = live
        self._turns = turns

    async def page(
        self, chosen: Selection, after: str | None, limit: int
    ) -> tuple[list[QueueNow], str | None]:
        """Up to `limit` of the chosen queues of a tenant's floor behind one of them, sorted; and
        the last one's name if more follow.
        """
        tenant = chosen.tenant
        view = self._floors.view(tenant)
        as_of = view.as_of
        terms = AS_IN_FORCE.terms(view.known, as_of)
        queue_channels: dict[str, list[QueueChannel]] = {}
        for one in view.board.queue_channels(tenant, as_of):
            behind = after is None or one[1] > after
            if behind and counts(chosen, terms.in_force, one[1], one[2]):
                queue_channels.setdefault(one[1], []).append(one)
        staff = self._live.staff.by_queue(tenant, as_of)
        by_channel = bool(chosen.channels)
        moment = _QueuesContext(view, as_of, terms, staff, stale=view.stale, by_channel=by_channel)
        silent = view.silent
        found: list[QueueNow] = []
        async for portion in self._turns.over(islice(queue_channels.items(), limit), AT_ONCE):
            for queue, theirs in portion:
                stale = moment.stale or silent.touches((queue,))
                seen = replace(moment, as_of=silent.as_of((queue,), as_of), stale=stale)
                found.append(_row(queue, theirs, seen))
        return found, found[-1].queue if len(queue_channels) > limit else None


def _row(queue: str, queue_channels: list[QueueChannel], moment: _QueuesContext) -> QueueNow:
    as_of = moment.as_of
    terms = moment.terms
    known = terms.in_force.queue(queue)
    names = known.names if known else {}
    whole = [(moment.view.tenant, queue, None)]
    series_keys = queue_channels if moment.by_channel else whole
    present = moment.view.board.read(series_keys, Window.M30, as_of).present
    return QueueNow(
        queue=queue,
        en=name_in("en", names, queue),
        zh=name_in("zh", names, queue),
        channels=tuple(channel for _, _, channel in queue_channels),
        team=terms.in_force.group(Grouping.TEAM, queue) or None,
        site=terms.in_force.group(Grouping.SITE, queue) or None,
        client=terms.in_force.group(Grouping.CLIENT, queue) or None,
        known=queue == OTHER or terms.in_force.knows(queue),
        state=_state(queue, queue_channels, moment),
        waiting=len(present.waits),
        longest_wait=max(present.waits, default=0) / 1000,
        in_progress=present.in_progress,
        unresolved=present.unresolved,
        agents=moment.staff_by_queue.together((queue,)),
        target=max(policy.target for policy, _ in by_policy(terms, queue_channels)),
        as_of=as_of,
    )


def _state(queue: str, queue_channels: list[QueueChannel], moment: _QueuesContext) -> State:
    view = moment.view
    terms = moment.terms
    calendar = terms.in_force.calendar(queue)
    parts = shares(Selection(view.tenant), RowKey(queue), terms, queue_channels)
    levels = [_level(part, moment) for part in parts]
    closed = calendar is not None and not is_open(calendar, moment.as_of, view.zone)
    return state_of(stale=moment.stale, closed=closed, level=summed(levels))


def _level(part: Share, moment: _QueuesContext) -> Value:
    counted = moment.view.board.read(part.series_keys, Window.M30, moment.as_of).counted
    return volume_of(OVER_SPANS["service_level"].measure(counted, part.policy), counted)

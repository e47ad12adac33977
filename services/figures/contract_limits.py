"""What a contract covers of a floor, and so all that a key limited to it sees.

    contract      │  valid_from        version 2          last day │
    sales         │       ├───────────────┼───────────────────────┤│
    help          │       │               ├───────────────────────┤│   only version 2 has it
    other clients'│  nothing of them, ever                         │

Whether a queue and channel is covered is asked of the definitions in force when a span began: a
queue that comes to the client later is the client's from then on only.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, get_args
from zoneinfo import ZoneInfo

from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.bodies import Kind, TargetBody
from floorpulse.definitions.domain.contract_reading import contract_of
from floorpulse.definitions.domain.contract_scope import has_channel, queues_under, reaches
from floorpulse.definitions.domain.contract_terms import ContractBody
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping

NO_QUEUES = ("",)
"""What is read of a contract that covers no queue: none has the empty name"""
CHANNELS: tuple[str, ...] = get_args(Channel)


class Limits(NamedTuple):
    """What a contract has covered at any time: its queues (one at least, see `NO_QUEUES`), its
    channels (none: all), and until when, epoch milliseconds.
    """

    contract: str
    queues: tuple[str, ...]
    channels: tuple[str, ...]
    until: int


def covers(in_force: InForce, contract: str, queue: str, channel: str) -> bool:
    """Whether a contract covers a queue and channel while some definitions are in force."""
    body = _body(in_force, contract)
    if body is None or not has_channel(body.scope, channel):
        return False
    return _covers_queue(in_force, body, queue)


def covers_queue(in_force: InForce, contract: str, queue: str) -> bool:
    """Whether a contract covers any channel of a queue while some definitions are in force."""
    body = _body(in_force, contract)
    return body is not None and _covers_queue(in_force, body, queue)


def limits_of(contract: str, known: TenantDefinitions, zone: ZoneInfo) -> Limits:
    """What a contract has covered at any time; nothing of one that is not defined."""
    states = [
        (state, body)
        for state in known.states
        for body in [_body(state, contract)]
        if body is not None
    ]
    queues = {
        queue for state, body in states for queue in queues_under(state, body.scope, body.client)
    }
    everywhere = any(not body.scope.channels for _, body in states)
    channels = {str(one) for _, body in states for one in body.scope.channels}
    return Limits(
        contract,
        tuple(sorted(queues)) or NO_QUEUES,
        () if everywhere else tuple(sorted(channels)),
        _end_of(contract, known, zone),
    )


def changes_of(contract: str, known: TenantDefinitions) -> list[int]:
    """The instants, epoch milliseconds, at which a contract begins to cover others than before."""
    reached = [(begin, reach(state, contract)) for begin, state in known.dated]
    return [begin for (_, before), (begin, now) in pairwise(reached) if now != before]


def reach(in_force: InForce, contract: str) -> tuple[list[str], list[str]]:
    """The queues and channels that a contract covers; no channel means all."""
    body = _body(in_force, contract)
    if body is None:
        return [], []
    queues = queues_under(in_force, body.scope, body.client)
    return queues, sorted(map(str, body.scope.channels))


def policies_of(limits: Limits, known: TenantDefinitions) -> set[str]:
    """The ids of the service-level policies that queues of a contract have or had as such."""
    return {
        state.policy(queue, channel).name.partition("@")[0]
        for state, queue in _covered(limits, known)
        for channel in limits.channels or CHANNELS
    }


def groups_of(limits: Limits, known: TenantDefinitions, grouping: Grouping) -> set[str]:
    """The teams, sites or clients that queues of a contract have or had as such."""
    return {state.group(grouping, queue) for state, queue in _covered(limits, known)} - {""}


def _covered(limits: Limits, known: TenantDefinitions) -> Iterator[tuple[InForce, str]]:
    """The queues of a contract, each with what was in force while they were."""
    for state in known.states:
        body = _body(state, limits.contract)
        if body is None:
            continue
        yield from ((state, one) for one in limits.queues if _covers_queue(state, body, one))


def targets_of(limits: Limits, known: TenantDefinitions) -> list[str]:
    """The ids of the targets that are about queues of a contract, and nothing else, in all their
    versions.
    """
    within: dict[str, bool] = {}
    for one in known.versions:
        if one.standing and isinstance(one.body, TargetBody):
            within[one.id] = within.get(one.id, True) and _binds_within(limits, one.body)
    return [name for name, is_within in within.items() if is_within]


def _binds_within(limits: Limits, target: TargetBody) -> bool:
    scope = target.scope
    channels = bool(scope.channels) and set(map(str, scope.channels)) <= set(limits.channels)
    return scope.queue in limits.queues and (channels or not limits.channels)


def _body(in_force: InForce, contract: str) -> ContractBody | None:
    version = in_force.versions.get(Kind.CONTRACT, {}).get(contract)
    body = None if version is None else version.body
    return body if isinstance(body, ContractBody) else None


def _covers_queue(in_force: InForce, body: ContractBody, queue: str) -> bool:
    return queue in in_force.queues and reaches(in_force, body.scope, body.client, queue)


def _end_of(contract: str, known: TenantDefinitions, zone: ZoneInfo) -> int:
    versions = [
        one for one in known.versions
        if one.standing and one.kind is Kind.CONTRACT and one.id == contract
    ]  # fmt: skip
    return contract_of(versions, zone).versions[-1].end if versions else 0

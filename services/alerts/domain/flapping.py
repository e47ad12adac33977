"""Flapping: an alert that fires and resolves again and again.

The rule of Naemon and Nagios: of the last 21 states, each change counts, a recent one more
(0.75 to 1.25 of a change); flapping begins above 25 % of the 20 that there could be and ends below
15 %. A check of theirs is a state here: each change makes one, and so do every five minutes
without a change.

states  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▁▔▁▔    five late changes: 5.9 of 20, flapping
"""

import msgspec

STATES = 21
"""States that are remembered"""
EVERY = 5 * 60_000
"""Milliseconds without a change that make one more state"""
BEGINS = 0.25
ENDS = 0.15
LIGHTEST = 0.75
HEAVIEST = 1.25
_ALL = (1 << STATES) - 1
_CHANGES = STATES - 1


class Flaps(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last states, a bit each (1 fires), the newest the lowest; `at` is when that was noted,
    epoch milliseconds.
    """

    states: int = 0
    at: int = 0
    flapping: bool = False


STEADY = Flaps()


def share_of_changes(states: int) -> float:
    """The weighted share of changes among the last states, 0 to 1.25."""
    changed = _changed(states)
    step = (HEAVIEST - LIGHTEST) / (_CHANGES - 1)
    weights = (HEAVIEST - step * age for age in range(_CHANGES) if changed >> age & 1)
    return sum(weights) / _CHANGES


def noted(flaps: Flaps, *, fires: bool, at: int) -> Flaps:
    """With one more change at an instant."""
    known = settled(flaps, at)
    states = (known.states << 1 | fires) & _ALL
    return Flaps(states, at, _flapping(states, before=known.flapping))


def settled(flaps: Flaps, at: int) -> Flaps:
    """With a state for every five minutes that passed without a change, until all are the same."""
    states = flaps.states
    noted_at = flaps.at
    while noted_at + EVERY <= at and states not in (0, _ALL):
        states = (states << 1 | states & 1) & _ALL
        noted_at += EVERY
    if noted_at == flaps.at:
        return flaps
    return Flaps(states, noted_at, _flapping(states, before=flaps.flapping))


def steady_at(flaps: Flaps) -> int | None:
    """When it flaps no more if nothing changes; None where it does not flap."""
    if not flaps.flapping:
        return None
    at = flaps.at
    while settled(flaps, at).flapping:
        at += EVERY
    return at


def forgotten_at(flaps: Flaps) -> int | None:
    """When all remembered states are the same if nothing changes; None where they are."""
    changed = _changed(flaps.states)
    if not changed:
        return None
    age_of_last = (changed & -changed).bit_length() - 1
    return flaps.at + (_CHANGES - age_of_last) * EVERY


def _changed(states: int) -> int:
    """A bit for each state that another one followed."""
    return (states ^ states >> 1) & (_ALL >> 1)


def _flapping(states: int, *, before: bool) -> bool:
    share = share_of_changes(states)
    return share >= ENDS if before else share > BEGINS

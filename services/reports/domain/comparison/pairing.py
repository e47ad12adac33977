"""Which visit of ours is which of theirs: first by the contact's id, in every spelling, then by
when it was offered and how long it took.

    by id     one of ours, one of theirs        a pair, whatever differs
              several stays of one contact      each with the nearest offer
    by time   the same offer, wait and talk     a pair under another id
    what is left is missing on the other side, or one side's list has it twice, split or joined
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from floorpulse.reports.domain.comparison.clocks import Clock, clock, guessed_shift, shift_of
from floorpulse.reports.domain.comparison.contact_ids import Keyed, Spelling, together
from floorpulse.reports.domain.comparison.listing import UNKNOWN, Listing

MOST_STAYS = 400
"""Pairs of stays that are tried of one id; an id of more is no id ("anonymous")"""
PLAUSIBLE = 12 * 3_600_000
"""Ids that are only alike mean one contact where its offers are no further apart; milliseconds"""
WINDOW = 2_000
"""How far apart the offers of one visit are looked for without an id, at least; milliseconds"""
SEVERAL = 20
"""Stays of a contact, the most that show how far two clocks are apart"""
MOST_NEAR = 256
"""Visits of ours that are tried around one of theirs"""


class Likeness(NamedTuple):
    """How like two visits must be that no id joins: offered within `window` milliseconds of each
    other, with at least so many things that both lists say, all but `unlike` of them alike.
    """

    window: int
    least: int
    unlike: int


NAMED = Likeness(window=0, least=2, unlike=0)
"""Where most have ids, two that only happened at once must not become a pair"""
ALIKE = Likeness(window=0, least=0, unlike=0)
NEARLY = Likeness(window=WINDOW, least=0, unlike=1)


class Pairs:
    """Pairs of places in two lists, each place in one pair at most; `UNKNOWN` has none."""

    def __init__(self, ours: Listing, theirs: Listing) -> None:
        self.ours = ours
        self.theirs = theirs
        self.theirs_of = array("q", [UNKNOWN]) * len(ours)
        self.ours_of = array("q", [UNKNOWN]) * len(theirs)
        self.related = array("q", [UNKNOWN]) * len(theirs)
        """Of theirs without a pair: one of ours that has the same id"""
        self.our_related = array("q", [UNKNOWN]) * len(ours)
        """Of ours without a pair: one of theirs that has the same id"""
        self.respelled = dict.fromkeys(Spelling, 0)
        self.by_time = array("q")
        """Places of ours that were paired without an id"""
        self.clock = Clock()
        self.our_queues = frozenset(ours.queues)

    def __len__(self) -> int:
        return sum(place != UNKNOWN for place in self.theirs_of)

    def join(self, mine: int, other: int) -> None:
        """Make a pair."""
        self.theirs_of[mine] = other
        self.ours_of[other] = mine

    def apart(self, mine: int, other: int) -> int:
        """How much later theirs was offered, after the shift; milliseconds, the nearer of two
        where the clock showed its hour twice.
        """
        offered = self.theirs.offered[other] - self.clock.shift
        late = offered - self.ours.offered[mine]
        again = late + self.theirs.again[other]
        return again if abs(again) < abs(late) else late

    def respelled_pairs(self) -> Iterator[tuple[int, int]]:
        """The pairs whose ids are one, in another spelling only."""
        by_time = set(self.by_time)
        return (
            (mine, other)
            for mine, other in enumerate(self.theirs_of)
            if other != UNKNOWN
            and mine not in by_time
            and self.ours.contact(mine) != self.theirs.contact(other)
        )

    def free_ours(self) -> Iterator[int]:
        """Places of ours without a pair and without a relative."""
        return (
            place
            for place, other in enumerate(self.theirs_of)
            if other == UNKNOWN and self.our_related[place] == UNKNOWN
        )

    def free_theirs(self) -> Iterator[int]:
        """Places of theirs without a pair and without a relative."""
        return (
            place
            for place, mine in enumerate(self.ours_of)
            if mine == UNKNOWN and self.related[place] == UNKNOWN
        )


def paired(ours: Listing, theirs: Listing) -> Pairs:
    """The pairs of two lists."""
    pairs = _by_id(ours, theirs)
    found = len(pairs)
    if not found:
        pairs.clock = clock(ours, theirs, guessed_shift(ours, theirs))
    named = found > 0 and 2 * found >= min(len(ours), len(theirs))
    for likeness in (NAMED,) if named else (ALIKE, NEARLY):
        _by_time(pairs, likeness, later=False)
        if any(theirs.again):
            _by_time(pairs, likeness, later=True)
    return pairs


def _by_id(ours: Listing, theirs: Listing) -> Pairs:
    """The pairs whose ids are one in some spelling; none where ids say nothing, because the pairs
    that they make are apart by nothing they share.
    """
    pairs = Pairs(ours, theirs)
    shift: int | None = None
    for spelling in Spelling:
        mine = Keyed(ours, pairs.free_ours(), spelling)
        other = Keyed(theirs, pairs.free_theirs(), spelling)
        if shift is None:
            shift = shift_of(_apart(pairs, mine, other))
            if shift is None:
                continue
            pairs.clock = clock(ours, theirs, shift)
        for stays, their_stays in together(mine, other):
            if len(stays) * len(their_stays) <= MOST_STAYS:
                _pair_stays(pairs, spelling, (stays, their_stays))
    return pairs


def _apart(pairs: Pairs, mine: Keyed, other: Keyed) -> list[int]:
    """How much later their first stay was offered of each contact with as many stays here as
    there; milliseconds.
    """
    return [
        min(pairs.theirs.offered[place] for place in their_stays)
        - min(pairs.ours.offered[place] for place in stays)
        for stays, their_stays in together(mine, other)
        if len(stays) == len(their_stays) <= SEVERAL
    ]


def _pair_stays(
    pairs: Pairs, spelling: Spelling, contact: tuple[Sequence[int], Sequence[int]]
) -> None:
    """Pair the stays of one contact, the nearest offers first."""
    stays, their_stays = contact
    near = sorted(
        (abs(pairs.apart(mine, other)), mine, other) for mine in stays for other in their_stays
    )
    for apart, mine, other in near:
        if spelling is not Spelling.EXACT and apart > PLAUSIBLE:
            return
        if pairs.theirs_of[mine] == UNKNOWN and pairs.ours_of[other] == UNKNOWN:
            pairs.join(mine, other)
            pairs.respelled[spelling] += 1
    _relate(pairs, stays, their_stays)


def _relate(pairs: Pairs, stays: Sequence[int], their_stays: Sequence[int]) -> None:
    """Remember of stays that are left whose contact they are of."""
    for other in their_stays:
        if pairs.ours_of[other] == UNKNOWN:
            pairs.related[other] = min(stays, key=lambda mine: abs(pairs.apart(mine, other)))
    for mine in stays:
        if pairs.theirs_of[mine] == UNKNOWN:
            pairs.our_related[mine] = min(
                their_stays, key=lambda other: abs(pairs.apart(mine, other))
            )


def _by_time(pairs: Pairs, likeness: Likeness, *, later: bool) -> None:
    """Pair what is offered within a window of each other and alike; `later`, what may have been
    offered in the second of two hours that the clock showed alike.
    """
    mine = sorted(pairs.free_ours(), key=pairs.ours.offered.__getitem__)
    window = max(likeness.window, pairs.clock.offers)
    begin = 0
    for at, place in sorted(_offers(pairs, later=later)):
        while begin < len(mine) and pairs.ours.offered[mine[begin]] < at - window:
            begin += 1
        near = _near(pairs, mine[begin : begin + MOST_NEAR], at + window)
        best = min(_alike(pairs, near, place, likeness), default=None)
        if best is not None:
            pairs.join(best[2], place)
            pairs.by_time.append(best[2])


def _offers(pairs: Pairs, *, later: bool) -> Iterator[tuple[int, int]]:
    """When theirs without a pair were offered by our clock, and their places."""
    for place in pairs.free_theirs():
        again = pairs.theirs.again[place]
        if again or not later:
            at = pairs.theirs.offered[place] - pairs.clock.shift
            yield at + (again if later else 0), place


def _near(pairs: Pairs, places: Sequence[int], until: int) -> Iterator[int]:
    for place in places:
        if pairs.ours.offered[place] > until:
            return
        if pairs.theirs_of[place] == UNKNOWN:
            yield place


def _alike(
    pairs: Pairs, near: Iterator[int], other: int, likeness: Likeness
) -> Iterator[tuple[int, int, int]]:
    """Those of ours that are like one of theirs: in how many things they are not, how far apart,
    and where they are.
    """
    for mine in near:
        compared = list(_things(pairs, mine, other))
        unlike = sum(not alike for alike in compared)
        if len(compared) >= likeness.least and unlike <= likeness.unlike:
            yield unlike, abs(pairs.apart(mine, other)), mine


def _things(pairs: Pairs, mine: int, other: int) -> Iterator[bool]:
    """Whether queue, outcome, wait and talk are alike, where both lists say them and mean the same
    by them.
    """
    ours = pairs.ours
    theirs = pairs.theirs
    spans = pairs.clock.spans
    queue = theirs.queue_name(other)
    if queue in pairs.our_queues:
        yield ours.queue_name(mine) == queue
    if UNKNOWN not in (ours.outcome[mine], theirs.outcome[other]):
        yield ours.outcome[mine] == theirs.outcome[other]
    for our_column, their_column in ((ours.wait, theirs.wait), (ours.talk, theirs.talk)):
        if UNKNOWN not in (our_column[mine], their_column[other]):
            yield abs(our_column[mine] - their_column[other]) <= spans

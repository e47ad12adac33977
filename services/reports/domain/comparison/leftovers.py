"""What visits without a pair are: missing on the other side, there twice, split or joined.

ours    ├──── wait ────┼──── talk ────────────┤
theirs  ├──── wait ────┼─ talk ─┤├─── talk ───┤    split: as long together as ours
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from floorpulse.board.domain.windows import Span
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.listing import UNKNOWN, Listing
from floorpulse.reports.domain.comparison.pairing import Pairs


class Leftovers:
    """What stands without a pair, by kind, and which pairs must not be compared further: their
    visits are parts of others.
    """

    def __init__(self, pairs: Pairs, period: Span) -> None:
        self._pairs = pairs
        self._period = period
        self.parts: set[int] = set()
        """Places of ours that are split or joined"""
        self._findings = {kind: Finding(kind) for kind in KINDS}
        self._theirs()
        self._ours()

    def findings(self) -> Iterator[Finding]:
        """Those that there are."""
        return (finding for finding in self._findings.values() if len(finding))

    def _theirs(self) -> None:
        pairs = self._pairs
        further: defaultdict[int, list[int]] = defaultdict(list)
        for other, mine in enumerate(pairs.ours_of):
            if mine != UNKNOWN:
                continue
            if not self._in_period(other):
                self._findings[Kind.OUTSIDE_PERIOD].add(other=other)
            elif pairs.related[other] == UNKNOWN:
                self._findings[Kind.MISSING_HERE].add(other=other)
            else:
                further[pairs.related[other]].append(other)
        for mine, others in further.items():
            self._further_theirs(mine, others)

    def _in_period(self, other: int) -> bool:
        at = self._pairs.theirs.offered[other] - self._pairs.clock.shift
        return at in self._period or at + self._pairs.theirs.again[other] in self._period

    def _further_theirs(self, mine: int, others: Sequence[int]) -> None:
        """Theirs that have the id of one of ours, which has its pair already."""
        pairs = self._pairs
        paired = pairs.theirs_of[mine]
        again = [other for other in others if _same(pairs.theirs, other, paired)]
        rest = [other for other in others if other not in again]
        for other in again:
            self._findings[Kind.DUPLICATE_THERE].add(mine, other)
        if rest and self._as_long(mine, [paired, *rest]):
            self.parts.add(mine)
            for other in (paired, *rest):
                self._findings[Kind.SPLIT_THERE].add(mine, other)
            return
        for other in rest:
            self._findings[Kind.MISSING_HERE].add(other=other)

    def _as_long(self, mine: int, others: Sequence[int]) -> bool:
        """Whether theirs together take as long as one of ours, with its holds or without."""
        ours = self._pairs.ours
        theirs = self._pairs.theirs
        total = sum(map(theirs.length, others))
        length = ours.length(mine)
        leeway = self._leeway(len(others))
        return (
            total > 0
            and min(abs(total - length), abs(total - length + max(0, ours.hold[mine]))) <= leeway
        )

    def _leeway(self, parts: int) -> int:
        return 2 * parts * (self._pairs.clock.spans + self._pairs.clock.offers)

    def _ours(self) -> None:
        pairs = self._pairs
        further: defaultdict[int, list[int]] = defaultdict(list)
        for mine, other in enumerate(pairs.theirs_of):
            if other != UNKNOWN:
                continue
            if pairs.our_related[mine] == UNKNOWN:
                self._findings[Kind.MISSING_THERE].add(mine)
            else:
                further[pairs.our_related[mine]].append(mine)
        for other, several in further.items():
            self._further_ours(other, several)

    def _further_ours(self, other: int, several: Sequence[int]) -> None:
        """Ours that have the id of one of theirs, which has its pair already."""
        pairs = self._pairs
        paired = pairs.ours_of[other]
        again = [mine for mine in several if _same(pairs.ours, mine, paired)]
        rest = [mine for mine in several if mine not in again]
        for mine in again:
            self._findings[Kind.DUPLICATE_HERE].add(mine, other)
        if rest and self._joined(other, [paired, *rest]):
            for mine in (paired, *rest):
                self.parts.add(mine)
                self._findings[Kind.JOINED_THERE].add(mine, other)
            return
        for mine in rest:
            self._findings[Kind.MISSING_THERE].add(mine)

    def _joined(self, other: int, several: Sequence[int]) -> bool:
        """Whether one of theirs takes as long as ours together, with what lies between them or
        without.
        """
        ours = self._pairs.ours
        length = self._pairs.theirs.length(other)
        begin = min(ours.offered[mine] for mine in several)
        end = max(ours.offered[mine] + ours.length(mine) for mine in several)
        total = sum(map(ours.length, several))
        holds = sum(max(0, ours.hold[mine]) for mine in several)
        leeway = self._leeway(len(several))
        return length > 0 and _near(length, (total, total - holds, end - begin), leeway)


KINDS = (
    Kind.MISSING_HERE,
    Kind.MISSING_THERE,
    Kind.DUPLICATE_HERE,
    Kind.DUPLICATE_THERE,
    Kind.SPLIT_THERE,
    Kind.JOINED_THERE,
    Kind.OUTSIDE_PERIOD,
)


def _near(value: int, others: Iterable[int], leeway: int) -> bool:
    return any(abs(value - other) <= leeway for other in others)


def _same(listing: Listing, place: int, other: int) -> bool:
    """Whether a list has one visit at two places."""
    return all(
        column[place] == column[other]
        for column in (listing.offered, listing.wait, listing.talk, listing.outcome)
    )

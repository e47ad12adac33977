"""In what the visits of a pair differ, and which differences are one habit of the whole list: other
names of queues, rounded seconds, talk that includes the hold, another threshold.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.listing import UNKNOWN, Listing
from floorpulse.reports.domain.comparison.pairing import Pairs

LEAST = 5
"""Pairs that make a habit"""
MOST = 0.9
"""The share of pairs that must keep to it"""

Pair = tuple[int, int]


class Fields:
    """The differences of pairs, without those whose visits are parts of others."""

    def __init__(self, pairs: Pairs, parts: set[int]) -> None:
        self._ours = pairs.ours
        self._theirs = pairs.theirs
        self._pairs = pairs
        self._parts = parts
        self.renamed = self._renamed()

    def findings(self) -> Iterator[Finding]:
        """All that there are."""
        found = [
            *self._offers(),
            self._queues(),
            self._unlike(Kind.OUTCOME, self._ours.outcome, self._theirs.outcome),
            *self._waits(),
            *self._talks(),
            self._unlike(Kind.BILLABLE, self._ours.billable, self._theirs.billable),
            *self._thresholds(),
        ]
        return (finding for finding in found if len(finding))

    def _each(self) -> Iterator[Pair]:
        return (
            (mine, other)
            for mine, other in enumerate(self._pairs.theirs_of)
            if other != UNKNOWN and mine not in self._parts
        )

    def _said(self, ours: Sequence[int], theirs: Sequence[int]) -> Iterator[Pair]:
        """The pairs of which both lists say it."""
        return (
            (mine, other)
            for mine, other in self._each()
            if ours[mine] != UNKNOWN and theirs[other] != UNKNOWN
        )

    def _unlike(self, kind: Kind, ours: Sequence[int], theirs: Sequence[int]) -> Finding:
        unlike = (pair for pair in self._said(ours, theirs) if ours[pair[0]] != theirs[pair[1]])
        return _finding(kind, unlike)

    # ---- when

    def _offers(self) -> Iterator[Finding]:
        leeway = self._pairs.clock.offers
        apart = self._pairs.apart
        yield _finding(Kind.OFFERED, (pair for pair in self._each() if abs(apart(*pair)) > leeway))
        if leeway:
            rounded = (pair for pair in self._each() if 0 < abs(apart(*pair)) <= leeway)
            yield _finding(Kind.TIMES_ROUNDED, rounded, step=_seconds(leeway + 1))
        if self._pairs.clock.shift:
            late = _seconds(self._pairs.clock.shift)
            yield _finding(Kind.TIMES_SHIFTED, self._each(), seconds=late)

    # ---- where

    def _renamed(self) -> Mapping[str, str]:
        """Their names of queues that we do not know, and which queue of ours nearly all of their
        visits were in.
        """
        seen: dict[int, Counter[int]] = {}
        for mine, other in self._said(self._ours.queue, self._theirs.queue):
            seen.setdefault(self._theirs.queue[other], Counter())[self._ours.queue[mine]] += 1
        names = self._theirs.queues
        return {
            names[code]: self._ours.queues[counted.most_common(1)[0][0]]
            for code, counted in seen.items()
            if names[code] not in self._pairs.our_queues and _is_habit(counted)
        }

    def _queues(self) -> Finding:
        """Visits in another queue than ours, by whatever name."""
        names = {
            code: self.renamed.get(name, name) for code, name in enumerate(self._theirs.queues)
        }
        unlike = (
            (mine, other)
            for mine, other in self._said(self._ours.queue, self._theirs.queue)
            if self._ours.queue_name(mine) != names[self._theirs.queue[other]]
        )
        return _finding(Kind.QUEUE, unlike)

    # ---- how long

    def _apart(self, ours: Sequence[int], theirs: Sequence[int]) -> Iterator[tuple[int, Pair]]:
        for mine, other in self._said(ours, theirs):
            if ours[mine] != theirs[other]:
                yield theirs[other] - ours[mine], (mine, other)

    def _waits(self) -> Iterator[Finding]:
        rounded, wait = self._rounded(Kind.WAIT, self._ours.wait, self._theirs.wait)
        yield wait
        yield rounded

    def _rounded(
        self, kind: Kind, ours: Sequence[int], theirs: Sequence[int]
    ) -> tuple[Finding, Finding]:
        """What rounding explains, and the rest."""
        leeway = self._pairs.clock.spans
        rounded = Finding(Kind.SPANS_ROUNDED, {"span": kind.value})
        rest = Finding(kind)
        ways: set[bool] = set()
        for apart, pair in self._apart(ours, theirs):
            (rounded if abs(apart) <= leeway else rest).add(*pair)
            if abs(apart) <= leeway:
                ways.add(apart > 0)
        rounded.told["way"] = WAYS.get(frozenset(ways), "nearest")
        return rounded, rest

    def _talks(self) -> Iterator[Finding]:
        rounded, talk = self._rounded(Kind.TALK, self._ours.talk, self._theirs.talk)
        pairs = list(zip(talk.ours, talk.theirs, strict=True))
        for more, columns in WITH.items():
            explained = {pair for pair in pairs if self._is_explained(pair, columns)}
            if len(explained) >= max(LEAST, MOST * len(pairs)):
                yield _finding(Kind.TALK_WITH_MORE, sorted(explained), more=more)
                talk = _finding(Kind.TALK, (pair for pair in pairs if pair not in explained))
                break
        yield talk
        yield rounded

    def _is_explained(
        self, pair: Pair, columns: Callable[[Listing], Iterable[Sequence[int]]]
    ) -> bool:
        mine, other = pair
        added = sum(max(0, column[mine]) for column in columns(self._ours))
        apart = self._theirs.talk[other] - self._ours.talk[mine]
        return abs(apart - added) <= self._pairs.clock.spans * 2

    # ---- judged how

    def _thresholds(self) -> Iterator[Finding]:
        """Visits that they judge otherwise than we do, and those of them that another threshold
        explains.
        """
        within = self._unlike(Kind.WITHIN, self._ours.within, self._theirs.within)
        pairs = list(zip(within.ours, within.theirs, strict=True))
        best = self._best_threshold()
        if best is None:
            yield within
            return
        low, high = best
        explained = {pair for pair in pairs if self._is_judged_by(low, pair)}
        if len(explained) < max(LEAST, MOST * len(pairs)):
            yield within
            return
        yield _finding(
            Kind.OTHER_THRESHOLD, sorted(explained), within=_seconds(low), beyond=_seconds(high)
        )
        yield _finding(Kind.WITHIN, (pair for pair in pairs if pair not in explained))

    def _is_judged_by(self, threshold: int, pair: Pair) -> bool:
        mine, other = pair
        return bool(self._theirs.within[other]) == (self._ours.wait[mine] <= threshold)

    def _best_threshold(self) -> tuple[int, int] | None:
        """The threshold that explains the most of how they judge answered visits: the longest wait
        of ours that is within it, and the shortest beyond; milliseconds. None where all or none are
        within.
        """
        judged = sorted(
            (self._ours.wait[mine], bool(self._theirs.within[other]))
            for mine, other in self._said(self._ours.within, self._theirs.within)
            if self._ours.wait[mine] != UNKNOWN and self._ours.outcome[mine] == 0
        )
        right = best_right = sum(not within for _, within in judged)
        best = None
        for index, (wait, within) in enumerate(judged[:-1]):
            right += 1 if within else -1
            following = judged[index + 1][0]
            if right > best_right and following != wait:
                best_right = right
                best = wait, following
        return best


WAYS = {frozenset((True,)): "up", frozenset((False,)): "down"}
WITH: dict[str, Callable[[Listing], Iterable[Sequence[int]]]] = {
    "hold": lambda ours: (ours.hold,),
    "wrap": lambda ours: (ours.wrap,),
    "hold wrap": lambda ours: (ours.hold, ours.wrap),
}
"""What lists call talk may hold more"""


def _is_habit(counted: Counter[int]) -> bool:
    total = counted.total()
    return total >= LEAST and counted.most_common(1)[0][1] >= MOST * total


def _finding(kind: Kind, pairs: Iterable[Pair], **told: str) -> Finding:
    finding = Finding(kind, told)
    for mine, other in pairs:
        finding.add(mine, other)
    return finding


def _seconds(span: int) -> str:
    return f"{span / 1000:g}"

"""What their list says should count instead: each finding takes visits away and puts others in.

    missing here   (nothing)               → theirs
    missing there  ours                    → (nothing)
    split, joined  ours                    → all of theirs that it is made of
    a field        ours                    → ours, with their value
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from floorpulse.contracts.visits import Outcome
from floorpulse.reports.domain.comparison.compared import Compared
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.listing import ListedVisit


class Claim(NamedTuple):
    """One visit of ours that should not count, one that should; None: none."""

    instead_of: ListedVisit | None
    counts: ListedVisit | None


def claims(compared: Compared, finding: Finding) -> Iterator[Claim]:
    """What a finding comes to where their list is right. None of what touches no count: ids, names
    of queues, clocks that tell time otherwise, visits of another period.
    """
    claimed = CLAIMED.get(finding.kind)
    if claimed is None:
        return
    taken: set[int] = set()
    for mine, other in zip(finding.ours, finding.theirs, strict=True):
        claim = claimed(compared, mine, other)
        if finding.kind is Kind.SPLIT_THERE:
            if mine in taken:
                claim = Claim(None, claim.counts)
            taken.add(mine)
        elif finding.kind is Kind.JOINED_THERE:
            if other in taken:
                claim = Claim(claim.instead_of, None)
            taken.add(other)
        yield claim


def _ours(compared: Compared, mine: int) -> ListedVisit:
    """Ours, to be judged anew by what its list says of it."""
    return compared.pairs.ours.at(mine)._replace(within=None, billable=None)


def _theirs(compared: Compared, other: int) -> ListedVisit:
    """Theirs, by our clock and our name of its queue. Who waited and talked for so long, says their
    list, was answered.
    """
    visit = compared.pairs.theirs.at(other)
    outcome = visit.outcome or (Outcome.ANSWERED if visit.talk else None)
    queue = compared.renamed.get(visit.queue or "", visit.queue)
    offered = visit.offered - compared.pairs.clock.shift
    return visit._replace(queue=queue, outcome=outcome, offered=offered)


def _add(compared: Compared, _: int, other: int) -> Claim:
    return Claim(None, _theirs(compared, other))


def _remove(compared: Compared, mine: int, _: int) -> Claim:
    return Claim(_ours(compared, mine), None)


def _replace(compared: Compared, mine: int, other: int) -> Claim:
    """Theirs for ours, in our queue where they name none."""
    ours = _ours(compared, mine)
    theirs = _theirs(compared, other)
    return Claim(ours, theirs._replace(queue=theirs.queue or ours.queue))


def _with(*fields: str) -> Callable[[Compared, int, int], Claim]:
    def claim(compared: Compared, mine: int, other: int) -> Claim:
        ours = _ours(compared, mine)
        theirs = _theirs(compared, other)._asdict()
        said = {name: theirs[name] for name in fields if theirs[name] is not None}
        return Claim(ours, ours._replace(**said))

    return claim


CLAIMED: dict[Kind, Callable[[Compared, int, int], Claim]] = {
    Kind.MISSING_HERE: _add,
    Kind.MISSING_THERE: _remove,
    Kind.DUPLICATE_HERE: _remove,
    Kind.DUPLICATE_THERE: _add,
    Kind.SPLIT_THERE: _replace,
    Kind.JOINED_THERE: _replace,
    Kind.OFFERED: _with("offered"),
    Kind.QUEUE: _with("queue"),
    Kind.OUTCOME: _with("outcome", "wait", "talk"),
    Kind.WAIT: _with("wait"),
    Kind.TALK: _with("talk"),
    Kind.BILLABLE: _with("billable"),
    Kind.WITHIN: _with("within"),
    Kind.SPANS_ROUNDED: _with("wait", "talk"),
    Kind.TALK_WITH_MORE: _with("talk"),
    Kind.OTHER_THRESHOLD: _with("within"),
}
"""What a finding of each kind claims of a pair; the other kinds claim nothing"""

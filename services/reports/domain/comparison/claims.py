"""What their list says should count instead: each finding takes visits away and puts others in.

missing here   (nothing)               → theirs
missing there  ours                    → (nothing)
split, joined  ours                    → all of theirs that it is made of
a field        ours                    → ours, with their value
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from floorpulse.contracts.visits import Outcome
from floorpulse.reports.domain.comparison.compared import Compared
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.listing import UNKNOWN, ListedVisit


class Claim(NamedTuple):
    """One visit of ours that should not count, one that should; None: none."""

    instead_of: ListedVisit | None
    counts: ListedVisit | None


FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.OFFERED: ("offered",),
    Kind.QUEUE: ("queue",),
    Kind.OUTCOME: ("outcome", "wait", "talk"),
    Kind.WAIT: ("wait",),
    Kind.TALK: ("talk",),
    Kind.BILLABLE: ("billable",),
    Kind.WITHIN: ("within",),
    Kind.SPANS_ROUNDED: (),
    Kind.TALK_WITH_MORE: ("talk",),
    Kind.OTHER_THRESHOLD: ("within",),
}
"""Kinds that claim other values of a visit, and of which of its fields; rounding says of which"""
MARKS = {
    name: 1 << bit
    for bit, name in enumerate(
        (
            "offered",
            "queue",
            "outcome",
            "wait",
            "talk",
            "hold",
            "wrap",
            "billable",
            "within",
        )
    )
}
"""A bit for each field, by which a visit's differing fields are remembered in two bytes"""
WHOLE = frozenset(
    {
        Kind.MISSING_HERE,
        Kind.MISSING_THERE,
        Kind.DUPLICATE_HERE,
        Kind.DUPLICATE_THERE,
        Kind.SPLIT_THERE,
        Kind.JOINED_THERE,
    }
)
"""Kinds that claim whole visits; all others touch no count: ids, names, clocks, other periods"""


def claims(compared: Compared, findings: Iterable[Finding]) -> Iterator[Claim]:
    """What findings come to where their list is right; a visit that differs in several fields is
    one claim.
    """
    differing = array("H", bytes(2 * len(compared.pairs.ours)))
    for finding in findings:
        if finding.kind in WHOLE:
            yield from _whole(compared, finding)
        fields = {*FIELDS.get(finding.kind, ()), *_told_fields(finding)}
        marks = sum(MARKS[name] for name in fields)
        for mine in finding.ours if marks else ():
            differing[mine] |= marks
    for mine, marks in enumerate(differing):
        if marks:
            yield _replaced(compared, mine, [name for name in MARKS if marks & MARKS[name]])


def _told_fields(finding: Finding) -> list[str]:
    """The span that is rounded, and what is within talk."""
    return f"{finding.told.get('span', '')} {finding.told.get('more', '')}".split()


def _replaced(compared: Compared, mine: int, fields: Iterable[str]) -> Claim:
    """Ours, with the values of fields as their list has them, where it has them; hold and wrap-up
    that it has within talk are not counted beside it.
    """
    ours = _ours(compared, mine)
    theirs = _theirs(compared, compared.pairs.theirs_of[mine])._asdict()
    within_talk = dict.fromkeys({"hold", "wrap"}.intersection(fields), 0)
    said = {name: theirs[name] for name in fields if theirs[name] is not None} | within_talk
    return Claim(ours, ours._replace(**said))


def _whole(compared: Compared, finding: Finding) -> Iterator[Claim]:
    """Every visit of a finding once, for all those of the other list that it is made of."""
    ours: set[int] = set()
    theirs: set[int] = set()
    for mine, other in zip(finding.ours, finding.theirs, strict=True):
        gone = finding.kind in REMOVING and mine not in ours
        come = finding.kind in ADDING and other not in theirs
        ours.add(mine)
        theirs.add(other)
        yield Claim(
            _ours(compared, mine) if gone else None,
            _theirs(compared, other, mine) if come else None,
        )


REMOVING = WHOLE - {Kind.MISSING_HERE, Kind.DUPLICATE_THERE}
ADDING = WHOLE - {Kind.MISSING_THERE, Kind.DUPLICATE_HERE}


def _ours(compared: Compared, mine: int) -> ListedVisit:
    """Ours, to be judged anew by what is claimed of it."""
    return compared.pairs.ours.at(mine)._replace(within=None, billable=None)


def _theirs(compared: Compared, other: int, mine: int = UNKNOWN) -> ListedVisit:
    """Theirs, by our clock and our name of its queue; where their list names none, in the queue of
    ours. Whoever talked was answered.
    """
    ours = compared.pairs.ours
    visit = compared.pairs.theirs.at(other)
    queue = compared.renamed.get(visit.queue or "", visit.queue)
    if queue is None and mine != UNKNOWN:
        queue = ours.queue_name(mine)
    return visit._replace(
        queue=queue,
        channel=compared.channel_of(queue) if mine == UNKNOWN else ours.channel_name(mine),
        outcome=visit.outcome or (Outcome.ANSWERED if visit.talk else None),
        offered=visit.offered - compared.pairs.clock.shift,
    )

"""Two lists of one floor's visits, side by side: what a comparison comes to."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from floorpulse.board.domain.windows import Span
from floorpulse.reports.domain.comparison.contact_ids import Spelling
from floorpulse.reports.domain.comparison.fields import Fields
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.leftovers import Leftovers
from floorpulse.reports.domain.comparison.listing import UNKNOWN, Listing
from floorpulse.reports.domain.comparison.pairing import Pairs, paired


@dataclass(frozen=True)
class Compared:
    """All findings of a comparison, the places of visits in which are those of the lists of
    `pairs`. `renamed` has our queue by their name of it.
    """

    pairs: Pairs
    findings: tuple[Finding, ...]
    renamed: dict[str, str]

    @cached_property
    def _channels(self) -> dict[int, int]:
        ours = self.pairs.ours
        return dict(zip(ours.queue, ours.channel, strict=True))

    def channel_of(self, queue: str | None) -> str | None:
        """The channel of our visits in a queue; None of a queue that we have none of."""
        ours = self.pairs.ours
        code = ours.queues.index(queue) if queue in ours.queues else UNKNOWN
        channel = self._channels.get(code, UNKNOWN)
        return None if channel == UNKNOWN else ours.channels[channel]

    @property
    def alike(self) -> int:
        """How many visits both lists have."""
        return len(self.pairs)


def compare(ours: Listing, theirs: Listing, period: Span) -> Compared:
    """What differs between our visits of a period and their list of them.

    Each difference is in one finding: a visit that is missing is not also in another queue. One
    visit may differ in several fields, and then is in the finding of each.
    """
    pairs = paired(ours, theirs)
    leftovers = Leftovers(pairs, period)
    fields = Fields(pairs, leftovers.parts)
    findings = (
        *leftovers.findings(),
        *fields.findings(),
        *_renamed(pairs, fields),
        *_ids(pairs),
    )
    return Compared(pairs, findings, dict(fields.renamed))


def _renamed(pairs: Pairs, fields: Fields) -> Iterator[Finding]:
    """One finding for their other names of queues."""
    if fields.renamed:
        finding = Finding(Kind.QUEUES_RENAMED, dict(fields.renamed))
        for mine, other in enumerate(pairs.theirs_of):
            if other != UNKNOWN and pairs.theirs.queue_name(other) in fields.renamed:
                finding.add(mine, other)
        yield finding


def _ids(pairs: Pairs) -> Iterator[Finding]:
    """Ids that are spelled otherwise, and visits that were found without them."""
    respelled = {
        spelling.value: str(count)
        for spelling, count in pairs.respelled.items()
        if count and spelling is not Spelling.EXACT
    }
    if respelled:
        finding = Finding(Kind.IDS_RESPELLED, respelled)
        for mine, other in pairs.respelled_pairs():
            finding.add(mine, other)
        yield finding
    other_id = Finding(Kind.OTHER_ID)
    for mine in pairs.by_time:
        other = pairs.theirs_of[mine]
        if pairs.theirs.contact(other):
            other_id.add(mine, other)
    if len(other_id):
        yield other_id

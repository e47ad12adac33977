"""A client's file beside a settlement that stands: read, compared, valued."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.compare.reading import HowToRead, read_list
from floorpulse.reports.compare.told import ComparisonAnswer, ComparisonTelling
from floorpulse.reports.domain.comparison.compared import compare
from floorpulse.reports.domain.comparison.counted import Grounds
from floorpulse.reports.domain.comparison.our_list import our_list
from floorpulse.reports.domain.comparison.worth import Settled, worth_of_all, worths
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.document import SettlementDocument
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.periods import parts_of
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.statement import Statement
from floorpulse.reports.domain.visit_records import VisitRecord


@dataclass(frozen=True)
class Standing:
    """A settlement that stands: its id and document, the visits that it counted, the tenant's
    definitions, and the instant up to which visits without an outcome had waited, epoch
    milliseconds.
    """

    id: str
    document: SettlementDocument
    records: Iterable[VisitRecord]
    known: TenantDefinitions
    as_of: int

    @property
    def zone(self) -> ZoneInfo:
        """That of the contract's days."""
        return ZoneInfo(self.document.statement.zone)

    def queue_names(self) -> dict[str, str]:
        """The queues by their ids and their names in any language."""
        state = self.known.at(self.document.evidence.begin)
        names = {queue: queue for queue in state.queues}
        for queue in state.queues:
            body = state.queue(queue)
            for name in () if body is None else body.names.values():
                names.setdefault(name, queue)
        return names


@dataclass(frozen=True)
class ComparedFile:
    """A comparison that was made: its answer, and the telling of every visit that differs."""

    answer: ComparisonAnswer
    telling: ComparisonTelling


def compared_file(standing: Standing, file: BinaryIO, how: HowToRead) -> ComparedFile:
    """Compare a file that can be read from its begin again.

    Raises:
        UnreadableListError: the file as a whole cannot be read.
    """
    theirs = read_list(file, how)
    document = standing.document
    contract = document.settled_contract
    period = document.settled_period
    parts = sorted(parts_of(contract, period), key=lambda one: one.begin)
    ours = our_list(standing.records, parts, standing.known)
    compared = compare(ours, theirs.visits, Span(period.begin, period.end))
    hours = ContractHours(standing.known, period.zone, period.begin, period.end)

    def again(evidence: Evidence) -> Statement:
        return settle(contract, period, evidence)

    settled = Settled(
        evidence=document.evidence,
        statement=document.statement,
        grounds=Grounds(parts, standing.known, hours, standing.as_of),
        settle=again,
    )
    telling = ComparisonTelling(
        standing.id, document.statement.currency, theirs, compared, standing.zone
    )
    answer = telling.answer(worths(settled, compared), worth_of_all(settled, compared))
    return ComparedFile(answer, telling)

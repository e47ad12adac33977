"""What a workbook is made of: a settlement's document, and what happened around it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from floorpulse.definitions.domain.contract_words import RoundedBy, RoundingMode
from floorpulse.definitions.domain.contracts import Contract, ContractTerms, Metric
from floorpulse.reports.domain.document import SettlementDocument
from floorpulse.reports.domain.settlement_links import FigureLink
from floorpulse.reports.domain.visit_records import VisitRecord

Visits = Callable[[], Iterable[VisitRecord]]
"""Reads the visits that a settlement counted, in their order, from the first on"""


@dataclass(frozen=True)
class SignedNote:
    """A credit note: its document, the hash over it, its state."""

    document: SettlementDocument
    sha256: str
    state: str


@dataclass(frozen=True)
class Happened:
    """What was done with the settlement, by whom and why, at an instant in epoch milliseconds."""

    at: int
    state: str
    actor: str
    reason: str


@dataclass(frozen=True)
class SettledBook:
    """A settlement with the hash over it, its state, its history, and the notes that correct it;
    `links` show what its figures were made of, behind the public `address`, empty where none is
    known.
    """

    document: SettlementDocument
    sha256: str
    state: str
    visits: Visits
    history: Sequence[Happened] = ()
    notes: Sequence[SignedNote] = ()
    links: Sequence[FigureLink] = ()
    address: str = ""

    @cached_property
    def contract(self) -> Contract:
        """The contract as the document has it."""
        return self.document.settled_contract

    @cached_property
    def zone(self) -> ZoneInfo:
        """In which all times are shown."""
        return ZoneInfo(self.document.statement.zone)

    def terms(self, name: str) -> ContractTerms:
        """A version of the contract by its name, `id@number`."""
        return next(one for one in self.contract.versions if one.name == name)

    def metric(self, terms: str, phase: str, name: str) -> Metric:
        """A metric as a phase has it."""
        metrics = self.terms(terms).metrics.get(phase, ())
        return next(one for one in metrics if one.id == name)

    def line_rounding(self, terms: str) -> tuple[int, RoundingMode] | None:
        """Places and mode where lines are rounded; None where only the total is."""
        rounding = self.terms(terms).rounding
        if rounding.by is RoundedBy.TOTAL:
            return None
        return rounding.places, rounding.mode

    @property
    def total_rounding(self) -> tuple[int, RoundingMode]:
        """How the total is rounded: as the last version in the period says."""
        rounding = self.terms(self.document.statement.parts[-1].terms).rounding
        return rounding.places, rounding.mode

    def local(self, at: int) -> datetime:
        """An instant as the clocks of the contract show it, without its offset."""
        moment = datetime.fromtimestamp(at // 1000, UTC).astimezone(self.zone)
        return moment.replace(tzinfo=None, microsecond=at % 1000 * 1000)


def seconds(span: int | None) -> Decimal | None:
    """Milliseconds as seconds, exact."""
    return None if span is None else Decimal(span) / 1000

"""What a comparison says, as JSON and as lines for people: each kind of difference, how many visits
it touches, what it is worth, and the visits.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from floorpulse.figures.timestamps import Instant, text
from floorpulse.reports.compare.reading import ClientList, unreadable_of
from floorpulse.reports.domain.comparison.compared import Compared
from floorpulse.reports.domain.comparison.findings import Finding, Kind
from floorpulse.reports.domain.comparison.listing import UNKNOWN, Listing
from floorpulse.reports.domain.comparison.worth import Worth

EXAMPLES = 20
"""Visits of a kind that are shown"""


class WorthRow(msgspec.Struct, frozen=True):
    """What the settlement would gain, in its currency, if their list were right."""

    total: Annotated[
        Decimal, Meta(description="more than 0: the client pays more", examples=["-13.00"])
    ]
    fees: Annotated[Decimal, Meta(examples=["-13.00"])]
    penalties: Annotated[Decimal, Meta(examples=["0.00"])]
    bonuses: Annotated[Decimal, Meta(examples=["0.00"])]


class ListedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as one of the lists has it; spans are seconds, null is what the list does not say."""

    contact: Annotated[str, Meta(examples=["c-20261111-0042"])]
    offered: Instant
    queue: Annotated[str | None, Meta(examples=["orders"])]
    outcome: Annotated[str | None, Meta(examples=["answered"])]
    wait: Annotated[float | None, Meta(examples=[18.0])]
    talk: Annotated[float | None, Meta(examples=[204.0])]
    billable: bool | None
    within: bool | None


class DifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that differs: as we counted it, as their list has it and in which line; null on the
    side that does not have it.
    """

    line: Annotated[int | None, Meta(examples=[17])]
    ours: ListedRow | None
    theirs: ListedRow | None


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of difference."""

    kind: Kind
    visits: Annotated[int, Meta(description="how many visits it touches", examples=[12])]
    told: Annotated[
        dict[str, str], Meta(description="what is common to them", examples=[{"seconds": "3600"}])
    ]
    worth: Annotated[WorthRow | None, Meta(description="alone; null where it touches no amount")]
    examples: list[DifferenceRow]


class ComparisonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A client's list beside a settlement."""

    settlement: Annotated[str, Meta(examples=["9f1c2a3b"])]
    currency: Annotated[str, Meta(examples=["CNY"])]
    ours: Annotated[int, Meta(description="visits that the settlement counted", examples=[8421])]
    theirs: Annotated[
        int, Meta(description="visits of their list that could be read", examples=[8419])
    ]
    alike: Annotated[int, Meta(description="visits that both have", examples=[8402])]
    encoding: Annotated[str, Meta(examples=["utf-8"])]
    delimiter: Annotated[str, Meta(examples=[","])]
    findings: list[FindingRow]
    unreadable: Annotated[
        list[str],
        Meta(
            description="what of their list could not be read",
            examples=[["line 17: `25:61` is no time"]],
        ),
    ]
    worth: Annotated[WorthRow | None, Meta(description="of all differences together")]


class ComparisonTelling:
    """Tells a comparison."""

    def __init__(
        self,
        settlement: str,
        currency: str,
        listed: ClientList,
        compared: Compared,
        zone: ZoneInfo,
    ) -> None:
        self._settlement = settlement
        self._currency = currency
        self._listed = listed
        self._compared = compared
        self._zone = zone

    def answer(
        self, worths: Sequence[tuple[Finding, Worth | None]], together: Worth | None
    ) -> ComparisonAnswer:
        """All of it, with the first visits of each kind."""
        pairs = self._compared.pairs
        return ComparisonAnswer(
            settlement=self._settlement,
            currency=self._currency,
            ours=len(pairs.ours),
            theirs=len(pairs.theirs),
            alike=self._compared.alike,
            encoding=self._listed.form.encoding,
            delimiter=self._listed.form.delimiter,
            findings=[self._finding(one, worth) for one, worth in worths],
            unreadable=list(unreadable_of(self._listed)),
            worth=_worth(together),
        )

    def _finding(self, one: Finding, worth: Worth | None) -> FindingRow:
        places = list(zip(one.ours[:EXAMPLES], one.theirs[:EXAMPLES], strict=True))
        return FindingRow(
            kind=one.kind,
            visits=len(one),
            told=one.told,
            worth=_worth(worth),
            examples=[self._difference(*place) for place in places],
        )

    def _difference(self, mine: int, other: int) -> DifferenceRow:
        theirs = None if other == UNKNOWN else self._compared.pairs.theirs.line[other]
        return DifferenceRow(
            line=theirs,
            ours=self._listed_row(self._compared.pairs.ours, mine),
            theirs=self._listed_row(self._compared.pairs.theirs, other),
        )

    def _listed_row(self, listing: Listing, place: int) -> ListedRow | None:
        if place == UNKNOWN:
            return None
        visit = listing.at(place)
        return ListedRow(
            contact=visit.contact,
            offered=text(visit.offered, self._zone),
            queue=visit.queue,
            outcome=visit.outcome,
            wait=_seconds(visit.wait),
            talk=_seconds(visit.talk),
            billable=visit.billable,
            within=visit.within,
        )

    def rows(self) -> Iterator[Sequence[object]]:
        """Every visit that differs, as lines of a table under `HEAD`."""
        yield HEAD
        pairs = self._compared.pairs
        for one in self._compared.findings:
            for mine, other in zip(one.ours, one.theirs, strict=True):
                line = "" if other == UNKNOWN else pairs.theirs.line[other]
                yield [
                    one.kind.value,
                    line,
                    *self._cells(pairs.ours, mine),
                    *self._cells(pairs.theirs, other),
                ]

    def _cells(self, listing: Listing, place: int) -> list[object]:
        if place == UNKNOWN:
            return [""] * len(FIELDS)
        visit = listing.at(place)
        said = visit._asdict() | {
            "offered": text(visit.offered, self._zone),
            "wait": _seconds(visit.wait),
            "talk": _seconds(visit.talk),
        }
        return [_cell(said[name]) for name in FIELDS]


FIELDS = ("contact", "offered", "queue", "outcome", "wait", "talk", "billable", "within")
HEAD = (
    "kind",
    "line",
    *(f"ours {name}" for name in FIELDS),
    *(f"theirs {name}" for name in FIELDS),
)


def _cell(value: object) -> object:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _seconds(span: int | None) -> float | None:
    return None if span is None else span / 1000


def _worth(worth: Worth | None) -> WorthRow | None:
    if worth is None:
        return None
    return WorthRow(worth.total, worth.fees, worth.penalties, worth.bonuses)


def sentences(answer: ComparisonAnswer) -> Iterator[str]:
    """A comparison for people, line by line."""
    yield (
        f"ours {answer.ours} visits, theirs {answer.theirs}, in both {answer.alike} "
        f"(read as {answer.encoding})"
    )
    if not answer.findings:
        yield "no difference"
    for one in answer.findings:
        common = "".join(f", {name} {said}" for name, said in one.told.items())
        worth = "" if one.worth is None else f", worth {one.worth.total:+} {answer.currency}"
        yield f"  {one.kind.value:18} {one.visits:>8} visits{worth}{common}"
    if answer.worth is not None:
        yield f"all together worth {answer.worth.total:+} {answer.currency}"
    yield from answer.unreadable

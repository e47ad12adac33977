"""The visits of an October under a contract, the settlement of them, and what a client's system
writes of them.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.reports.compare.reading import ClientList, HowToRead, read_list
from floorpulse.reports.domain.comparison.counted import Grounds
from floorpulse.reports.domain.comparison.listing import ListedVisit, Listing
from floorpulse.reports.domain.comparison.our_list import our_list
from floorpulse.reports.domain.comparison.worth import Settled
from floorpulse.reports.domain.contract_hours import ContractHours
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.pane_tally import PaneTally
from floorpulse.reports.domain.part_evidence import PartFacts, part_evidence
from floorpulse.reports.domain.part_tally import PartTally
from floorpulse.reports.domain.periods import parts_of
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.visit_records import VisitRecord
from tests.fakes.contracts import CARE, FLOOR, at, call, contract_in, known_of, october

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = ("Call ID", "Start", "Queue", "Result", "Wait (s)", "Talk (s)", "Billed", "In SLA")
Line = list[str]


def visits(number: int = 100) -> list[VisitRecord]:
    """Calls of the 5th of October, one a minute, each fifth of them given up, of uneven waits."""
    return [_call(index) for index in range(number)]


def _call(index: int) -> VisitRecord:
    offered = at("10-05 09:00") + index * 60_000 + index * 7_000 % 31_000
    lost = index % 5 == 4
    return call(
        offered,
        Outcome.ABANDONED if lost else Outcome.ANSWERED,
        wait=5 + index * 7 % 50,
        contact=f"c-{1000 + index}",
        talk=0 if lost else 60_000 + index * 1_000,
        hold=0 if lost else index % 3 * 10_000,
        wrap=0 if lost else 20_000,
    )


class October:
    """A settled October."""

    def __init__(self, records: Sequence[VisitRecord], contract: str = CARE) -> None:
        self.records = records
        self.known: TenantDefinitions = known_of(FLOOR + contract)
        self.contract = contract_in(self.known)
        self.period = october()
        self.parts = parts_of(self.contract, self.period)
        hours = ContractHours(self.known, self.period.zone, self.period.begin, self.period.end)
        self.grounds = Grounds(self.parts, self.known, hours, self.period.end)
        self.evidence = self.counted(records)

    def counted(self, records: Iterable[VisitRecord]) -> Evidence:
        """The evidence of records, without panes, forecasts and seats."""
        tallies = [
            PartTally(one, self.known, self.grounds.hours, self.period.end) for one in self.parts
        ]
        for record in records:
            for tally in tallies:
                tally.take(record)
        panes = PaneTally(tallies, self.known, self.grounds.hours).counts()
        assert not panes, "nothing was put into panes"
        facts = PartFacts(self.known, {}, (), lambda _day, _queues: 0, {})
        return Evidence(
            contract=self.contract.id,
            begin=self.period.begin,
            end=self.period.end,
            parts=tuple(part_evidence(one, facts) for one in tallies),
        )

    def listing(self) -> Listing:
        """Our list of the visits."""
        return our_list(self.records, self.parts, self.known)

    def settled(self) -> Settled:
        """The settlement, to be settled anew."""
        return Settled(
            evidence=self.evidence,
            statement=settle(self.contract, self.period, self.evidence),
            grounds=self.grounds,
            settle=lambda evidence: settle(self.contract, self.period, evidence),
        )


def lines_of(listing: Listing, zone: ZoneInfo) -> list[Line]:
    """A list as a client's system has it, in whole seconds of a zone."""
    return [_line(listing.at(place), zone) for place in range(len(listing))]


def _line(visit: ListedVisit, zone: ZoneInfo) -> Line:
    answered = visit.outcome is Outcome.ANSWERED
    return [
        visit.contact,
        clock(visit.offered, zone),
        visit.queue or "",
        "answered" if answered else "abandoned",
        str((visit.wait or 0) // 1000),
        str((visit.talk or 0) // 1000),
        "yes" if visit.billable else "no",
        {True: "yes", False: "no", None: ""}[visit.within],
    ]


def clock(instant: int, zone: ZoneInfo) -> str:
    """An instant as a zone's clock shows it."""
    return f"{datetime.fromtimestamp(instant // 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def file_of(
    lines: Sequence[Sequence[str]],
    head: Sequence[str] = HEAD,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> BytesIO:
    """A file of lines under a head."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows([head, *lines])
    return BytesIO(text.getvalue().encode(encoding))


def read(file: BytesIO, zone: ZoneInfo, **said: object) -> ClientList:
    """A client's list whose times are those of a zone."""
    return read_list(file, HowToRead(zone=zone, queues={"Sales": "sales"}, **said))  # type: ignore[arg-type]

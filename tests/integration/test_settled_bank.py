"""A real month settled: the bank's February, with amounts worked out from its published table.

calls      27,162 answered × 1.35                          36,668.70
minutes    4,790,100 s of talk / 60 = 79,835 × 0.42        33,530.70
fee                                                        70,199.40
V2, 20 s   16,209 / 27,162 = 59.68 %, promised 60 %:  2 %  −1,403.99    (1,403.988)
V1, 60 s   (20,935 + 2,493) / 31,125 = 75.27 % ≥ 75 %        +500.00
total                                                      69,295.41
"""

import csv
import gzip
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.contracts.visit_records import encode_visit
from floorpulse.contracts.visits import Visit, offer_at, queue_of
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.rows import VISIT_COLUMNS
from floorpulse.reports.domain.statement import Statement
from floorpulse.reports.evidence.reader import EvidenceQuery
from floorpulse.reports.settlement.periods import named_period
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.definitions import entries
from tests.integration.test_settlements import ZHANG, Settling, settling

pytestmark = [pytest.mark.embedded, pytest.mark.recorded, pytest.mark.timeout(900)]

BANK = Path(__file__).parents[3] / "shared" / "data" / "bank-1999-02"
QUEUES = ("IN", "NE", "NW", "PE", "PS", "TT")
FLOOR = """
tenant: bank
about:
  - {names: {en: Bank}, zone: Etc/GMT-2}
clients: [{id: bank, names: {en: Bank}}]
queues:
""" + "".join(
    f"  - {{id: {name}, names: {{en: {name}}}, client: bank, channels: [voice]}}\n"
    for name in QUEUES
)
CONTRACT = """
contracts:
  - id: february
    names: {en: February}
    client: bank
    vendor: {en: Vendor}
    currency: ILS
    valid_from: "1999-01-01"
    billing:
      - {id: calls, names: {en: Calls}, per: contact, rate: "1.35"}
      - {id: minutes, names: {en: Minutes}, per: handled_minute, rate: "0.42", time: talk}
    metrics:
      - id: level
        names: {en: Answered in 20 seconds}
        kpi: service_level
        formula: V2
        threshold: 20
        comparison: at_least
        target: "0.60"
        penalties: [{below: "0.60", percent: "2"}]
      - id: served
        names: {en: Served within a minute}
        kpi: service_level
        formula: V1
        threshold: 60
        comparison: at_least
        target: "0.70"
        bonuses: [{at_least: "0.75", amount: "500"}]
"""
decode = msgspec.json.Decoder(AnyEvent).decode
FEBRUARY = EvidenceQuery("bank", "february", named_period(month="1999-02").of)


def events() -> list[AnyEvent]:
    with gzip.open(BANK / "events.ndjson.gz", "rb") as lines:
        told: Iterable[AnyEvent] = map(decode, lines)
        return [
            msgspec.structs.replace(one, at=parse_instant(one.at), tenant="bank") for one in told
        ]


def visits(told: Iterable[AnyEvent]) -> dict[str, Visit]:
    found: dict[str, Visit] = {}
    for event in told:
        merge(found.setdefault(getattr(event, "contact", ""), Visit()), event)
    return found


async def store(floor: Settling, found: dict[str, Visit]) -> None:
    """The visits as the engine stores them, and a log that is past the month."""
    rows = [
        (
            *(0, "bank", contact, 1, offer_at(visit), queue_of(visit), visit.channel),
            *(None, None, None, encode_visit(visit)),
        )
        for contact, visit in found.items()
    ]
    place = (CONTACT_EVENTS.name, 0, "log", 1, 1, "engine", len(rows))
    async with floor.pool.acquire() as connection, connection.transaction():
        await connection.execute("TRUNCATE visit, stream_partition")
        await connection.copy_records_to_table("visit", records=rows, columns=VISIT_COLUMNS)
        past = parse_instant("1999-03-02T00:00:00+02:00")
        record = (*place, past, len(rows), 0, 0)
        await connection.copy_records_to_table("stream_partition", records=[record])


def published() -> dict[str, str]:
    with (BANK / "expected" / "by_month.csv").open(encoding="utf-8") as file:
        [month] = csv.DictReader(file)
        return month


def figures(statement: Statement) -> dict[str, tuple[Decimal, Decimal]]:
    [part] = statement.parts
    return {one.metric: (one.numerator, one.denominator) for one in part.attainments}


async def test_the_banks_february_comes_to_what_its_table_comes_to(
    database: DatabaseSettings,
) -> None:
    if not BANK.exists():
        pytest.skip(f"the recorded month is not here: {BANK}")
    async with settling(database) as floor:
        await PostgresDefinitions(floor.pool).save(entries(FLOOR + CONTRACT), 0)
        await store(floor, visits(reversed(events())))

        result = await floor.desk.settle(FEBRUARY, ZHANG)

        month, statement = published(), result.document.statement
        answered, offered = Decimal(month["answered"]), Decimal(month["offered"])
        early = Decimal(month["answered_le_60"]) + Decimal(month["abandoned_le_60"])
        assert figures(statement) == {
            "level": (Decimal(month["answered_le_20"]), answered),
            "served": (early, offered),
        }
        calls, minutes = statement.parts[0].billing
        assert calls.numerator == answered
        assert minutes.quantity == Decimal(month["talk_total_s"]) / 60
        assert [calls.amount, minutes.amount] == [Decimal("36668.70"), Decimal("33530.70")]
        assert [step.amount for step in statement.parts[0].steps] == [
            Decimal("1403.99"),
            Decimal("500.00"),
        ]
        assert statement.totals.total == Decimal("69295.41")

"""An id that comes again with other content is two events under one name; with the same it is a
repetition.
"""

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from floorpulse.contracts.tallies import Example
from floorpulse.ingest.app import Ingest, IngestReceipt
from floorpulse.ingest.domain.bodies import BodyForm
from floorpulse.ingest.domain.judge import EventLimits
from floorpulse.ingest.domain.recent_ids import RecentIds
from floorpulse.ingest.metrics import IngestMetrics
from tests.fakes.log import MemoryLog
from tests.unit.ingest.builders import AT, NOW, OFFERED, PSEUDONYMS
from tests.unit.ingest.test_app import BOUNDS


def ingest() -> Ingest:
    metrics = IngestMetrics(CollectorRegistry())
    return Ingest(MemoryLog(), BOUNDS, EventLimits(), PSEUDONYMS, metrics, now=lambda: NOW)


async def take(one: Ingest, tenant: str, **changed: object) -> IngestReceipt:
    body = msgspec.json.encode(OFFERED | changed)
    return await one.take(tenant, BodyForm.JSON, body, lambda text: text)


async def test_the_same_event_again_is_taken_without_a_word() -> None:
    one = ingest()
    for _ in range(2):
        assert (await take(one, "shop")).warnings == ()


async def test_an_id_with_other_content_is_a_contradiction_and_counts() -> None:
    one = ingest()
    await take(one, "shop")
    receipt = await take(one, "shop", queue="sales")

    (warned,) = receipt.warnings
    assert receipt.accepted == 1
    assert (warned.warning.code.value, warned.id, warned.source) == ("contradiction", "1", "pbx")
    assert "'1' came before with other content" in warned.warning.detail
    assert warned.example == Example("1", "c1", AT, "contact.offered in sales")


@pytest.mark.parametrize("other", [{"source": "crm"}, {"id": "2"}])
async def test_other_sources_and_tenants_number_for_themselves(other: dict[str, str]) -> None:
    one = ingest()
    await take(one, "shop")

    assert (await take(one, "shop", queue="sales", **other)).warnings == ()
    assert (await take(one, "rival", queue="sales")).warnings == ()


def test_as_many_ids_as_agreed_are_remembered_at_least_and_twice_as_many_at_most() -> None:
    recent = RecentIds(most=3)
    for name in "abcdef":
        assert not recent.contradicts("shop", "pbx", name, b"1")
    assert recent.contradicts("shop", "pbx", "d", b"2")
    assert recent.contradicts("shop", "pbx", "d", b"1")
    for name in "ghi":
        assert not recent.contradicts("shop", "pbx", name, b"1")

    assert not recent.contradicts("shop", "pbx", "a", b"2")

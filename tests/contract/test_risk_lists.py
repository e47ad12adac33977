"""What the complaint watch and its routes rely on in the lists of contacts at risk."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from floorpulse.alerts.domain.contacts_at_risk import ContactAtRisk, Risk, RiskFound
from floorpulse.alerts.domain.follow_up import (
    Done,
    FollowUp,
    FollowUpRefused,
    FollowUpState,
    ListedContact,
)
from floorpulse.alerts.watch.ports import DueContact, ListCounts, ListQuery, RiskLists
from floorpulse.alerts.watch.store import PostgresRiskLists
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from tests.contract.readers import DAY, HOUR, NOON
from tests.fakes.risk_lists import MemoryRiskLists

pytestmark = pytest.mark.timeout(900)

TODAY = date(2026, 11, 10)
YESTERDAY = date(2026, 11, 9)
WAIT = RiskFound(Risk.LONG_WAIT, NOON, 200)
SCORE = RiskFound(Risk.LOW_SCORE, NOON + 1, 0.25)


@pytest.fixture
async def lists(real: DatabaseSettings | None) -> AsyncIterator[RiskLists]:
    if real is None:
        yield MemoryRiskLists()
        return
    engine = async_engine(real)
    yield PostgresRiskLists(engine)
    await engine.dispose()


def at_risk(
    contact: str, due: int = NOON + HOUR, day: date = TODAY, reason: RiskFound = WAIT
) -> DueContact:
    return DueContact(ContactAtRisk(contact, day, "sales", (reason,), NOON), due)


async def listed(lists: RiskLists, day: date = TODAY, tenant: str = "demo") -> list[ListedContact]:
    return list(await lists.page(ListQuery(tenant, day), None, 100))


async def test_a_contact_is_listed_with_why_and_until_when(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)

    assert await listed(lists) == [
        ListedContact(
            "demo", TODAY, "a", "sales", (WAIT,), FollowUpState.OPEN, None, NOON + HOUR, NOON, ""
        )
    ]
    assert await listed(lists, YESTERDAY) == []
    assert await listed(lists, tenant="other") == []


async def test_the_same_again_changes_nothing_and_other_reasons_do(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)
    await lists.put("demo", ["a"], [at_risk("a")], NOON + 5)
    (same,) = await listed(lists)
    await lists.put("demo", ["a"], [at_risk("a", NOON, reason=SCORE)], NOON + 9)
    (other,) = await listed(lists)

    assert same.updated_at == NOON
    assert (other.reasons, other.due_at, other.updated_at) == ((SCORE,), NOON, NOON + 9)


async def test_what_is_no_risk_any_more_goes_unless_somebody_has_it(lists: RiskLists) -> None:
    await lists.put("demo", ["a", "b", "c"], [at_risk("a"), at_risk("b"), at_risk("c")], NOON)
    await lists.follow_up("demo", "b", Done(FollowUp.CLAIM, "zhang"), NOON)
    await lists.follow_up("demo", "c", Done(FollowUp.COMMENT, "zhang", "look"), NOON)
    await lists.put("demo", ["a", "b", "c"], [], NOON)
    await lists.put("other", ["b"], [], NOON)

    assert [line.contact for line in await listed(lists)] == ["b", "c"]


async def test_contacts_that_were_not_assessed_stay(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)
    await lists.put("demo", ["b"], [at_risk("b")], NOON)

    assert [line.contact for line in await listed(lists)] == ["a", "b"]


async def test_a_contact_whose_day_turns_out_another_moves(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)
    await lists.put("demo", ["a"], [at_risk("a", day=YESTERDAY)], NOON)

    assert await listed(lists) == []
    assert [line.contact for line in await listed(lists, YESTERDAY)] == ["a"]


async def test_what_was_dismissed_does_not_come_back_that_day(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)
    await lists.follow_up("demo", "a", Done(FollowUp.DISMISS, "zhang", "a test"), NOON + 1)
    await lists.put("demo", ["a"], [at_risk("a", NOON + 2 * HOUR, reason=SCORE)], NOON + 2)
    (line,) = await listed(lists)

    assert (line.state, line.owner, line.comment) == (FollowUpState.DISMISSED, "zhang", "a test")
    assert (line.reasons, line.due_at) == ((SCORE,), NOON + HOUR)


async def test_lines_come_by_due_time_in_pages_and_by_state(lists: RiskLists) -> None:
    found = [at_risk("c", NOON), at_risk("a", NOON + HOUR), at_risk("b", NOON + HOUR)]
    await lists.put("demo", ["a", "b", "c"], found, NOON)
    await lists.follow_up("demo", "b", Done(FollowUp.CALLED, "zhang"), NOON)
    everything = ListQuery("demo", TODAY)
    called = ListQuery("demo", TODAY, (FollowUpState.CALLED, FollowUpState.SETTLED))

    assert [line.contact for line in await lists.page(everything, None, 2)] == ["c", "a"]
    second = await lists.page(everything, (NOON + HOUR, "a"), 2)
    assert [line.contact for line in second] == ["b"]
    assert [line.contact for line in await lists.page(called, None, 9)] == ["b"]


async def test_what_cannot_be_done_is_refused_and_changes_nothing(lists: RiskLists) -> None:
    await lists.put("demo", ["a"], [at_risk("a")], NOON)
    await lists.follow_up("demo", "a", Done(FollowUp.SETTLE, "zhang"), NOON)
    before = await listed(lists)
    refused = await lists.follow_up("demo", "a", Done(FollowUp.CLAIM, "li"), NOON + 1)

    assert refused == FollowUpRefused(FollowUp.CLAIM, FollowUpState.SETTLED)
    assert await lists.follow_up("demo", "b", Done(FollowUp.CLAIM, "li"), NOON + 1) is None
    assert await lists.follow_up("other", "a", Done(FollowUp.CLAIM, "li"), NOON + 1) is None
    assert await listed(lists) == before


async def test_what_waits_and_is_overdue_is_counted(lists: RiskLists) -> None:
    found = [at_risk("a", NOON), at_risk("b", NOON + HOUR), at_risk("c", NOON), at_risk("d", NOON)]
    await lists.put("demo", [], found, NOON)
    await lists.follow_up("demo", "c", Done(FollowUp.CALLED, "zhang"), NOON)
    await lists.follow_up("demo", "d", Done(FollowUp.DISMISS, "zhang"), NOON)

    assert await lists.counts(NOON + 1) == {
        ("demo", FollowUpState.OPEN): ListCounts(2, 1),
        ("demo", FollowUpState.CALLED): ListCounts(1, 1),
    }


async def test_old_lists_are_forgotten(lists: RiskLists) -> None:
    await lists.put("demo", [], [at_risk("a"), at_risk("b", day=YESTERDAY)], NOON)
    await lists.put("other", [], [at_risk("b", day=YESTERDAY)], NOON - DAY)
    await lists.forget("demo", TODAY)

    assert await listed(lists, YESTERDAY) == []
    assert len(await listed(lists)) == len(await listed(lists, YESTERDAY, "other")) == 1

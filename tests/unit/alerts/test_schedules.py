"""Schedules in virtual time: a step is told once, in time, whatever happens at which await; and the
judgement notices when a safeguard is taken out.
"""

from collections.abc import Iterator
from itertools import islice

import pytest

from floorpulse.alerts.incidents import lease, sending
from floorpulse.alerts.incidents.lease import Lease
from tests.fakes.alert_store import MemoryIncidents, MemoryTransaction
from tests.reliability.alert_schedules import (
    Schedule,
    Trouble,
    at_each_await,
    schedule,
    tried,
)

pytestmark = pytest.mark.no_cover  # 270 schedules, which tracing makes long

FROZEN = [Schedule(at, (Trouble(0, at, 12.0),), latency=0.02) for at in range(110, 180)]
"""Whoever acts is frozen for longer than its lease, somewhere in its first step"""


@pytest.mark.parametrize("seed", range(30))
def test_every_step_is_told_once_and_in_time_whatever_happens(seed: int) -> None:
    assert tried(schedule(seed)).wrong == ()


@pytest.mark.parametrize("plan", list(islice(at_each_await(), 25, 1300, 43)), ids=str)
def test_a_crash_or_freeze_at_an_await_loses_and_doubles_nothing(plan: Schedule) -> None:
    judged = tried(plan)

    assert judged.wrong == ()
    assert judged.taken >= 8


def test_the_same_schedule_goes_the_same_way() -> None:
    assert tried(schedule(7)) == tried(schedule(7))


def wrong() -> Iterator[str]:
    for plan in FROZEN:
        yield from tried(plan).wrong


def test_nothing_is_wrong_with_all_safeguards() -> None:
    assert list(wrong()) == []


def test_a_replica_that_does_not_ask_whether_it_still_acts_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Lease, "still_ours", lambda *_: True)

    assert any("went out again though it was sent" in line for line in wrong())


def test_a_claim_that_nobody_takes_over_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryTransaction, "_claimable", lambda _, one, __: not one.attempts)

    assert any("never went out" in line for line in wrong())


def test_a_lease_that_is_taken_over_too_late_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "OBSERVED", 15.0)

    assert any("late" in line for line in wrong())


def test_claims_that_end_before_their_attempts_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A store that hands out what is being sent, and a sender that does not remember it."""
    monkeypatch.setattr(sending, "SPAN", -60_000)
    plain = MemoryTransaction.claim_notices

    async def forgetful(
        self: MemoryTransaction, epoch: int, most: int, span: int, _: object = ()
    ) -> object:
        return await plain(self, epoch, most, span)

    monkeypatch.setattr(MemoryTransaction, "claim_notices", forgetful)

    assert any("went out twice" in line for line in tried(Schedule(1, latency=0.02)).wrong)


def test_a_store_that_stores_half_a_transaction_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = MemoryIncidents.commit

    def half(self: MemoryIncidents, work: MemoryTransaction) -> None:
        work.touched = [one for one in work.touched if one[0] != "notices" or one[1] in work.begun]
        work.touched = [
            one for one in work.touched if work.begun[one] is not None or one[0] != "notices"
        ]
        plain(self, work)

    monkeypatch.setattr(MemoryIncidents, "commit", half)

    assert tried(Schedule(1)).taken == 0

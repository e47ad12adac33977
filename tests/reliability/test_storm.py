"""Workers come and go: from one to three and back, while the load goes on; and the broker falls
silent for a while.
"""

import asyncio
import os
import signal

import pytest

from tests.reliability.brokers import on_apache
from tests.reliability.load import load, pacing
from tests.reliability.rig import Rig
from tests.reliability.workers import Worker

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500), on_apache]

RATE = 60
ROUNDS = 2
SILENCE = 8.0
ASSIGNED = "partitions_assigned"
"""What a worker says in each new generation of the group"""


async def test_a_storm_of_rebalances_and_a_silent_broker_change_no_figure(
    rig: Rig, kafka_pid: int
) -> None:
    async with load(rig.kafka, seed=41) as told, pacing(told, RATE):
        staying = rig.hire()
        await rig.reached(await told.mark())
        for _ in range(ROUNDS):
            others = await joined(rig)
            await rig.reached(await told.mark())
            assert [await one.stop() for one in others] == [0, 0]
            await rig.reached(await told.mark())
        os.kill(kafka_pid, signal.SIGSTOP)
        await asyncio.sleep(SILENCE)
        os.kill(kafka_pid, signal.SIGCONT)
        await rig.reached(await told.mark())
    await rig.settled()

    assert await staying.stop() == 0
    assert await rig.differences(told.kept) == []
    assert await rig.counts() == (sum((await rig.ends()).values()), 0)


async def joined(rig: Rig) -> list[Worker]:
    """Two more workers, once the group of three has shared the partitions out."""
    known = rig.said().count(ASSIGNED)
    others = [rig.hire(), rig.hire()]
    await rig.eventually(lambda: rig.said().count(ASSIGNED) >= known + 3)
    return others

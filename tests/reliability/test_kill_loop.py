"""Two workers under load, killed, frozen and restarted in turn: at the end every pane equals the oracle, and no record is missing."""

import pytest

from tests.reliability.killing import KillLoop, summary
from tests.reliability.load import load, pacing
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]

ROUNDS = 3
RATE = 60
SESSION = 6


async def test_kills_freezes_and_rolling_restarts_under_load_change_no_figure(rig: Rig) -> None:
    async with load(rig.kafka, seed=1) as told:
        loop = KillLoop(rig, told, SESSION, seed=1)
        async with pacing(told, RATE):
            await loop.begin()
            for _ in range(ROUNDS):
                await loop.disturb()
        await rig.settled()
        codes = await loop.end()
    applied, dead = await rig.counts()
    print(summary(loop.rounds))  # noqa: T201  shown with -s and in the log of a failure

    assert await rig.differences(told.kept) == []
    assert codes == [0, 0]
    assert (applied, dead) == (sum((await rig.ends()).values()), 0)

"""A worker that ends without a word at the worst moments: the next one makes it good exactly."""

import pytest

from tests.reliability.brokers import on_embedded
from tests.reliability.load import load, pacing
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500), on_embedded]

ENDED_BY_FAILPOINT = 70
PLACES = (
    "after_apply",
    "before_begin",
    "after_upsert",
    "after_move",
    "after_commit",
    "before_kafka_commit",
)


@pytest.mark.parametrize("place", PLACES)
async def test_a_worker_that_vanishes_there_leaves_nothing_lost_and_nothing_doubled(
    rig: Rig, place: str
) -> None:
    async with load(rig.kafka, seed=7) as told:
        await told.send(200)
        vanishing = rig.hire(
            ENGINE__FAILPOINT=f"{place}:2", ENGINE__GROUP="first", ENGINE__FLUSH_SECONDS=0.3
        )
        async with pacing(told, 40):
            code = await vanishing.ended(within=200)
        rig.hire(
            ENGINE__GROUP="second"
        )  # a group of its own: no waiting for the dead member's session
        await rig.settled()

    assert code == ENDED_BY_FAILPOINT
    assert await rig.differences(told.kept) == []
    assert await rig.counts() == (sum((await rig.ends()).values()), 0)

"""A worker that is asked to stop comes to an end, whatever its groups wait for."""

import pytest

from floorpulse.kpi_engine.wiring import STOP_WITHIN
from floorpulse.runtime.clock import monotonic
from tests.reliability.brokers import on_embedded
from tests.reliability.load import load
from tests.reliability.rig import Rig

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600), on_embedded]


async def test_a_worker_whose_other_group_never_lets_it_go_ends_in_good_order(rig: Rig) -> None:
    async with load(rig.kafka, seed=31) as told:
        worker = rig.hire("stay_in_faust")
        await told.send(200)
        await rig.reached(await told.mark())
        began = monotonic()
        code = await worker.stop()
    assert code == 0, rig.last_words()
    assert monotonic() - began < STOP_WITHIN
    assert "groups_not_left" in rig.said()

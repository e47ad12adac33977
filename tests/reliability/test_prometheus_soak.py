"""A real Prometheus with the shipped rules beside the demo's busiest evening, for seconds: `make
soak-prometheus` watches for a quarter of an hour.
"""

from pathlib import Path

import pytest

from tests.integration.prometheus import program
from tests.reliability.prometheus_soak import WATCHDOG, Course, watch

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]


async def test_every_record_has_series_and_nothing_fires_but_the_watchdog(tmp_path: Path) -> None:
    program("prometheus")  # where there is none, no demo has to start first
    seen = await watch(tmp_path, Course(120, 1, until_well=True))

    assert seen.records
    assert seen.wrong() == []
    assert set(seen.fired) == {WATCHDOG}

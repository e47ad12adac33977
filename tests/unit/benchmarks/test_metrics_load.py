"""The benchmark of the metrics page, on a floor of a few queues."""

from pathlib import Path

import pytest

from floorpulse.query.prometheus.exposition import SERIES_PER_QUEUE, SERIES_PER_TENANT
from tests.benchmarks.busy_floor import BusyFloor
from tests.benchmarks.metrics_load import BEFORE, metrics_load, written


@pytest.mark.no_cover
@pytest.mark.usefixtures("gc_as_before")
async def test_pages_are_rendered_and_the_report_says_at_what_cost(tmp_path: Path) -> None:
    found = await metrics_load(BusyFloor(queues=24, hours=1), 4)
    said = written(found, {"cores": "of the test"}, tmp_path)

    assert found.cpu > 0
    assert found.queue[0] <= SERIES_PER_QUEUE
    assert found.queue[1] < BEFORE
    assert 24 * found.queue[0] < found.series < 24 * SERIES_PER_QUEUE + 3 * SERIES_PER_TENANT
    assert found.packed < found.text / 5
    assert "bytes a queue" in said
    assert "4 pages of `/metrics`" in (tmp_path / "metrics.md").read_text()

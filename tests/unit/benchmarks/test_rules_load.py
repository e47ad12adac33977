"""The benchmark of rules, on a floor of a few queues."""

from pathlib import Path

import pytest

from tests.benchmarks.busy_floor import BusyFloor
from tests.benchmarks.rules_load import CONDITIONS, rules_load, written


@pytest.mark.no_cover
@pytest.mark.usefixtures("gc_as_before")
async def test_rules_are_judged_and_the_page_says_at_what_cost(tmp_path: Path) -> None:
    found = await rules_load(BusyFloor(queues=24, hours=1), 2)

    said = written(found, {"cores": "2"}, tmp_path)

    assert found.judged >= len(CONDITIONS) - 3
    assert "20 rules on 24 queues" in said
    page = (tmp_path / "rules.md").read_text()
    assert f"| CPU of evaluation, s a second | **{found.cpu:.3f}** |" in page
    assert "| cores | 2 |" in page

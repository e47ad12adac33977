"""The short form of the soak's part `metrics`: a fresh demo answers Prometheus at once, whatever it is sent."""

from pathlib import Path

import pytest

from tests.reliability.fresh_demo import WITHIN, scraped

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]


async def test_every_page_of_a_fresh_demo_is_there_in_time_while_it_is_sent_thirty_thousand_visits_at_once(tmp_path: Path) -> None:
    seen = await scraped(tmp_path, visits=30_000, watched=20)

    assert seen.refused == []
    assert len(seen.took) > 10
    assert max(seen.took) < WITHIN
    assert seen.repeated

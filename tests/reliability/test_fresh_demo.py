"""The short form of the soak's part `metrics`: a fresh demo answers Prometheus at once, whatever it
is sent.
"""

from pathlib import Path

import pytest

from tests.reliability.fresh_demo import WITHIN, scraped

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(600)]


@pytest.mark.parametrize("late", [False, True])
async def test_every_page_of_a_fresh_demo_sent_thirty_thousand_visits_at_once_is_there_in_time(
    tmp_path: Path, *, late: bool
) -> None:
    seen = await scraped(tmp_path, visits=30_000, watched=15, late=late)

    assert seen.refused == []
    assert len(seen.took) > 10
    assert max(seen.took) < WITHIN
    assert seen.repeated

"""The demo's programs as forks of one process that imported for all of them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from floorpulse.demo.embedded import nursery


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_programs_are_forks_and_go_on_alone_where_the_nursery_is_lost(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.fakes.forking", str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    found = json.loads(told.stdout)
    assert found["words"] == [
        f"{manner} ['GIVEN', 'LC_ALL'] PID\n" for manner in ("bows", "deaf", "fails")
    ]
    assert found["forks"]
    assert found["codes"] == [7, -9, 3, -9]
    assert found["alone"]


def test_there_is_no_nursery_where_children_outlive_their_parents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert nursery.fork_nursery([]) is None

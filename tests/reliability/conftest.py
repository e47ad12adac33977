"""A rig for every test of reliability, and none of them is measured."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.rig import Rig, staffed

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Engines and services run in child processes here, which coverage does not see: it would only
    slow down who loads them and who judges. Nor does it learn anything from simulated days.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture
async def rig(
    kafka: KafkaSettings, database: DatabaseSettings, tmp_path: Path
) -> AsyncIterator[Rig]:
    """Workers between an empty log and an empty database."""
    async with staffed(kafka, database, tmp_path) as one:
        yield one

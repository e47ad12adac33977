"""A rig for every test of reliability."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.reliability.rig import Rig, staffed


@pytest.fixture
async def rig(
    kafka: KafkaSettings, database: DatabaseSettings, tmp_path: Path
) -> AsyncIterator[Rig]:
    """Workers between an empty log and an empty database."""
    async with staffed(kafka, database, tmp_path) as one:
        yield one

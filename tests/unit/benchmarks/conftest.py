"""What tests of benchmarks share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def gc_as_before() -> Iterator[None]:
    """Collections of garbage go on afterwards as they did before."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)

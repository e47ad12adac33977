"""Commands within the test's own process leave nothing behind."""

import pytest


@pytest.fixture(autouse=True)
def _clean(logging_as_it_was: None) -> None:
    """Logging is as it was, whatever a command did."""

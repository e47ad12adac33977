"""What tests of the runtime share: logging is left as it was."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is a matter of the whole process: leave it as it was."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    level = root.level
    libraries = {name: logging.getLogger(name).level for name in ("aiokafka", "uvicorn.error")}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, least in libraries.items():
        logging.getLogger(name).setLevel(least)
    structlog.reset_defaults()

"""What can be built into an engine worker of a test: faults it must survive, and mutations that the tests must notice."""

from collections.abc import Callable

FAULTS: dict[str, Callable[[], None]] = {}

"""Running parts, each found by its type."""

from typing import TypeVar

T = TypeVar("T")


class FoundByType:
    """Parts, one of each type."""

    def __init__(self, *running: object) -> None:
        self._running = {type(one): one for one in running}

    def of(self, kind: type[T]) -> T:
        """The one of this type. KeyError where the wiring made none."""
        found = self._running[kind]
        assert isinstance(found, kind)  # noqa: S101  for the type checker: it is kept by its type
        return found

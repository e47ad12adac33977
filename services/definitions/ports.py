"""What the keeping of definitions needs from outside."""

from collections.abc import Sequence
from typing import Protocol

from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.shape import Entry


class DefinitionStore(Protocol):
    """The versions of definitions and the sets of them that were loaded; the last set stands.
    Raises StoreUnavailable.
    """

    async def latest(self) -> int:
        """The number of the last set; 0 where none was ever loaded."""
        ...

    async def load(self) -> Definitions:
        """The last set, and all versions of before."""
        ...

    async def save(self, entries: Sequence[Entry], now: int) -> int:
        """Make `entries`, which were checked, the last set; its number. The same definitions again
        are the same set.
        """
        ...


class DefinitionFiles(Protocol):
    """Where definitions are written by people."""

    def read(self) -> tuple[dict[str, str], list[DefinitionMistake]]:
        """The text of each file by its name, and what could not be read."""
        ...

"""Definitions in memory: the text of a file as what is in force, a store, and files that are told
what they say.
"""

from collections.abc import Sequence

from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.versions import numbered, standing
from floorpulse.runtime.unavailable import StoreUnavailable


def entries(text: str) -> Sequence[Entry]:
    """The definitions of a file; what is wrong with it is an error."""
    checked = check({"demo.yaml": text})
    assert not checked.mistakes, "\n".join(map(str, checked.mistakes))
    return checked.entries


def definitions(*texts: str) -> Definitions:
    """The definitions of files, loaded one after the other, each in the place of the last."""
    known = NOTHING
    for number, text in enumerate(texts, start=1):
        known = Definitions(numbered(entries(text), known.versions), number)
    return known


class MemoryDefinitions:
    """A `DefinitionStore` in memory."""

    def __init__(self) -> None:
        self.known = NOTHING
        self.away = False

    async def latest(self) -> int:
        self._answer()
        return self.known.number

    async def load(self) -> Definitions:
        self._answer()
        return self.known

    async def save(self, entries: Sequence[Entry], now: int) -> int:
        self._answer()
        versions = numbered(entries, self.known.versions)
        if not self.known.number or standing(versions) != standing(self.known.versions):
            self.known = Definitions(versions, self.known.number + 1, now)
        return self.known.number

    def _answer(self) -> None:
        if self.away:
            message = "the store is away"
            raise StoreUnavailable(message)


class MemoryFiles:
    """Files that say what they are told to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reads = 0

    def read(self) -> tuple[dict[str, str], list[DefinitionMistake]]:
        self.reads += 1
        return {"demo.yaml": self.text}, []

"""Kinds of records that a source does not know, counted so that the sender sees them."""

from dataclasses import dataclass

MOST_KINDS = 100
"""Unknown kinds that are told apart; a stream of noise must not fill the memory"""
KIND_LENGTH = 40


@dataclass(eq=False)
class UnknownKind:
    """How often a kind came that is not known, and the place of its first record."""

    first: int
    records: int = 0


class UnknownKinds:
    """The kinds of one stream that make no event because the source does not know them.

    `kind` and `record` are the platform's nouns for them, such as event and payload.
    """

    def __init__(self, kind: str = "kind", record: str = "record") -> None:
        self._kind = kind
        self._record = record
        self._known: dict[str, UnknownKind] = {}

    def count(self, kind: str, place: int) -> None:
        """Count a record of the kind."""
        is_told_apart = kind in self._known or len(self._known) < MOST_KINDS
        name = kind if is_told_apart else f"other {self._kind}s"
        self._known.setdefault(name, UnknownKind(place)).records += 1

    def forget(self) -> None:
        """Count from here on."""
        self._known.clear()

    def counted(self) -> dict[str, int]:
        """How many records came of each kind, by its printable name."""
        return {_printable(kind): one.records for kind, one in self._known.items()}

    def notes(self) -> list[str]:
        """A line for all of them and one for each, in the order in which they came."""
        if not self._known:
            return []
        total = sum(one.records for one in self._known.values())
        head = f"{self._kind}s without an event, not counted in any figure: {self._number(total)}"
        return [head, *(self._note(kind, one) for kind, one in self._known.items())]

    def _note(self, kind: str, one: UnknownKind) -> str:
        number = self._number(one.records)
        return f"  {_printable(kind)}: {number}, first in {self._record} {one.first:,}"

    def _number(self, records: int) -> str:
        return f"{records:,} {self._record}{'' if records == 1 else 's'}"


def _printable(kind: str) -> str:
    """The kind as a terminal may show it: cut, and without control characters."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in kind[:KIND_LENGTH])
    return shown if len(kind) <= KIND_LENGTH else f"{shown}…"

"""How the two sides may spell the id of one contact: each spelling makes a key of an id, and ids
whose keys are equal are taken for one contact's.

    exact    c-0042                    c-0042
    case     3F2504E0-4F89             {3f2504e0-4f89}
    signs    3f2504e0-4f89             3f2504e04f89
    prefix   ACME-c-42, crm:42         42
    zeros    0042                      42
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from hashlib import blake2b

from floorpulse.reports.domain.comparison.listing import Listing

SIGNS = re.compile(r"[\s\-_.:/{}]+")
BEFORE_DIGITS = re.compile(r"^\D+")
LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


class Spelling(StrEnum):
    """By which spelling the ids of a pair became equal, the strictest first."""

    EXACT = "exact"
    CASE = "case"
    SIGNS = "signs"
    PREFIX = "prefix"
    ZEROS = "zeros"


def _case(contact: str) -> str:
    return contact.strip().strip("{}'\"").casefold()


def _signs(contact: str) -> str:
    return SIGNS.sub("", _case(contact))


def _prefix(contact: str) -> str:
    return BEFORE_DIGITS.sub("", _case(contact))


def _zeros(contact: str) -> str:
    return LEADING_ZEROS.sub("", _prefix(contact))


SPELLED: dict[Spelling, Callable[[str], str]] = {
    Spelling.EXACT: str,
    Spelling.CASE: _case,
    Spelling.SIGNS: _signs,
    Spelling.PREFIX: _prefix,
    Spelling.ZEROS: _zeros,
}


def key(text: str) -> int:
    """64 bits that stand for a text, so that memory holds eight bytes instead of it: of two lists
    of a million ids, one pair in twenty million such comparisons shares them by accident.
    """
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Keyed:
    """Places of a list in the order of their contacts' keys."""

    def __init__(self, listing: Listing, places: Iterable[int], spelling: Spelling) -> None:
        spelled = SPELLED[spelling]
        texts = ((place, spelled(listing.contact(place))) for place in places)
        self.places = array("q")
        self.keys = array("Q")
        told = array("Q")
        found = array("q")
        for place, text in texts:
            if text:
                found.append(place)
                told.append(key(text))
        for index in sorted(range(len(told)), key=told.__getitem__):
            self.places.append(found[index])
            self.keys.append(told[index])

    def __len__(self) -> int:
        return len(self.keys)

    def run(self, index: int) -> int:
        """Where the run of one key that begins at `index` ends."""
        end = index + 1
        while end < len(self.keys) and self.keys[end] == self.keys[index]:
            end += 1
        return end


def together(ours: Keyed, theirs: Keyed) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """The places of each contact that both lists have: ours, and theirs."""
    mine = 0
    other = 0
    while mine < len(ours) and other < len(theirs):
        if ours.keys[mine] < theirs.keys[other]:
            mine = ours.run(mine)
        elif ours.keys[mine] > theirs.keys[other]:
            other = theirs.run(other)
        else:
            mine_end = ours.run(mine)
            other_end = theirs.run(other)
            yield ours.places[mine:mine_end], theirs.places[other:other_end]
            mine = mine_end
            other = other_end

"""The check of a folder's files: their form, their meaning, their effect, what can be reached.

Each is judged only where all before it is right, and then all its mistakes are told at once: a
policy whose name is misspelt elsewhere must not also be called unused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from floorpulse.definitions.domain.effect import ineffective
from floorpulse.definitions.domain.floor import floors
from floorpulse.definitions.domain.meaning import meaningless
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.reachability import unreachable
from floorpulse.definitions.domain.shape import Entry, shaped


@dataclass(frozen=True)
class Checked:
    """What files say, and what is wrong with it; where anything is wrong nothing of it may come
    into force.
    """

    entries: tuple[Entry, ...]
    mistakes: tuple[DefinitionMistake, ...]


def check(files: Mapping[str, str]) -> Checked:
    """The definitions of files, text by name."""
    read = [shaped(name, text) for name, text in sorted(files.items())]
    found = tuple(entry for one in read for entry in one.entries)
    misshapen = frozenset(key for one in read for key in one.misshapen)
    known = floors(found)
    wrong = [mistake for one in read for mistake in one.mistakes]
    wrong += [mistake for floor in known for mistake in meaningless(floor, misshapen)]
    if not wrong:
        wrong = [mistake for floor in known for mistake in ineffective(floor)]
    if not wrong:
        wrong = [mistake for floor in known for mistake in unreachable(floor)]
    return Checked(found, tuple(sorted(wrong)))

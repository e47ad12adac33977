"""What is wrong with a file of definitions: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, order=True)
class DefinitionMistake:
    """One mistake; `line` counts from 1 (0: the folder), `field` is the path to it, such as
    `queues[orders].team`.
    """

    file: str
    line: int
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """`file:line: field: problem; remedy`, as editors and CI read it."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.field}: {self.problem}; {self.remedy}"


def meant(word: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a word that is not known: the nearest known one, else all of them, else
    `otherwise`.
    """
    names = sorted(set(known))
    near = get_close_matches(word, names, n=3, cutoff=0.6)
    if near:
        likely = next(
            (name for name in near if name[0] == word[0]), near[0]
        )  # few mistakes are in the first letter
        return f"did you mean {likely!r}?"
    return f"known are: {', '.join(names)}" if names else otherwise

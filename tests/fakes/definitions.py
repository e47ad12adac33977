"""Definitions in memory: the text of a file as what is in force."""

from services.definitions.domain.check import check
from services.definitions.domain.in_force import Definitions
from services.definitions.domain.versions import numbered


def definitions(*texts: str) -> Definitions:
    """The definitions of files, loaded one after the other, each in the place of the last; what is wrong with one is an error."""
    known = Definitions()
    for number, text in enumerate(texts, start=1):
        checked = check({f"{number}.yaml": text})
        assert not checked.complaints, "\n".join(map(str, checked.complaints))
        known = Definitions(numbered(checked.entries, known.versions), number)
    return known

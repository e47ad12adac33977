"""The form of a file: every section, entry and field as its struct wants it, all mistakes told at
once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from floorpulse.definitions.domain.bodies import Kind, reference
from floorpulse.definitions.domain.conversion import Conversion, hints
from floorpulse.definitions.domain.definition_files import BODIES, File
from floorpulse.definitions.domain.located import Located, located
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.terms import Body

SECTIONS = ("tenant", *(kind.value for kind in Kind))
_STEPS = re.compile(r"[^.\[\]]+")
"""The steps of a path"""


@dataclass(frozen=True)
class Entry:
    """A definition of the right form and where it stands."""

    tenant: str
    kind: Kind
    body: Body
    file: str
    place: Located = field(repr=False)

    @property
    def id(self) -> str:
        """Its id; of the tenant itself, the empty name."""
        return reference(self.body)

    @property
    def key(self) -> tuple[str, Kind, str]:
        """What all its dated versions share."""
        return self.tenant, self.kind, self.id

    @property
    def name(self) -> str:
        """How mistakes name it, such as `queues[orders]`."""
        return name_of(self.kind, self.id)

    def mistake(self, path: str, problem: str, remedy: str) -> DefinitionMistake:
        """A mistake about one of its fields, `hours.monday` or `steps[0].wait`; about all of it
        where the path is empty.
        """
        line = self.place.at(_STEPS.findall(path)).line
        return DefinitionMistake(
            self.file, line, ".".join(filter(None, (self.name, path))), problem, remedy
        )


def name_of(kind: Kind, own: object) -> str:
    """How mistakes name a definition."""
    return kind.value if own in ("", None) else f"{kind.value}[{own}]"


@dataclass(frozen=True)
class Shaped:
    """A file's definitions of the right form, the kinds and ids of those that are not, and what is
    wrong with them.
    """

    entries: tuple[Entry, ...]
    misshapen: frozenset[tuple[Kind, str]]
    mistakes: tuple[DefinitionMistake, ...]


def shaped(file: str, text: str) -> Shaped:
    """What a file says."""
    document, mistakes = located(file, text)
    if document is None:
        empty = DefinitionMistake(
            file,
            1,
            "file",
            "says nothing",
            "write `tenant:` and its definitions, or delete the file",
        )
        return Shaped((), frozenset(), tuple(mistakes or [empty]))
    if not isinstance(document.value, dict):
        remedy = "write `tenant:` and sections such as `queues:`"
        mistakes.append(
            DefinitionMistake(file, document.line, "file", "is no mapping of sections", remedy)
        )
        return Shaped((), frozenset(), tuple(mistakes))
    conversion = Conversion(file)
    found = list(_entries(conversion, document.value))
    good = tuple(one for one in found if isinstance(one, Entry))
    return Shaped(
        good,
        frozenset(one for one in found if not isinstance(one, Entry)),
        (*mistakes, *conversion.mistakes),
    )


def _entries(
    conversion: Conversion, sections: dict[str, Located]
) -> Iterator[Entry | tuple[Kind, str]]:
    tenant = _tenant(conversion, sections.get("tenant"))
    for name, section in sections.items():
        if name not in SECTIONS:
            conversion.complain(section.line, name, "no such section", meant(name, SECTIONS, ""))
        elif name != "tenant":
            yield from _section(conversion, tenant, Kind(name), section)


def _tenant(conversion: Conversion, said: Located | None) -> str:
    if said is None:
        conversion.complain(
            1, "tenant", "is missing", "begin the file with the tenant's id, such as `tenant: demo`"
        )
        return ""
    return conversion.value(hints(File)["tenant"], said, "tenant") or ""


def _section(
    conversion: Conversion, tenant: str, kind: Kind, section: Located
) -> Iterator[Entry | tuple[Kind, str]]:
    if not isinstance(section.value, list) or not section.value:
        conversion.complain(
            section.line,
            kind.value,
            "is no list of definitions",
            "begin each with `- `, or leave the section out",
        )
        return
    for number, place in enumerate(section.value):
        if not isinstance(place.value, dict):
            remedy = "write fields such as `id: name`"
            conversion.complain(
                place.line, f"{kind.value}[{number}]", "is no mapping of fields", remedy
            )
            continue
        own = place.value.get("id")
        name = name_of(kind, own.value if own else "" if kind is Kind.TENANT else number)
        body = conversion.struct(BODIES[kind], place.value, place.line, name)
        if body is not None and tenant:
            yield Entry(tenant, kind, body, conversion.file, place)
        elif own is not None:
            yield kind, str(own.value)

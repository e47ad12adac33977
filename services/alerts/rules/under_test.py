"""Rules that are tried out: a file of definitions beside what is stored, as if it had been in force
all along.

stored     calendars, queues, policies, escalations …  ─┐
file       rules, and whatever else it defines          ─┴─► definitions under test: only its rules
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import Definitions, TenantDefinitions
from floorpulse.definitions.domain.effect import ineffective
from floorpulse.definitions.domain.floor import Floor, floors
from floorpulse.definitions.domain.in_force import Version
from floorpulse.definitions.domain.located import Located, located
from floorpulse.definitions.domain.meaning import meaningless
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.reachability import unreachable
from floorpulse.definitions.domain.shape import Entry, Shaped, shaped
from floorpulse.definitions.domain.versions import numbered

STORED = "(stored)"
_NAMES_TENANT = re.compile(r"^\s*[\"']?tenant[\"']?\s*:", re.MULTILINE)


class WrongRulesError(Exception):
    """What is under test cannot be meant so; `mistakes` are all of them, as `floorpulse check`
    tells.
    """

    def __init__(self, mistakes: Sequence[DefinitionMistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True)
class UnderTest:
    """The definitions of one tenant with no rules but those under test, each in force ever
    since.
    """

    tenant: str
    definitions: Definitions
    rules: tuple[str, ...]


def under_test(
    file: str, text: str, stored: Definitions, tenant: str, only: str | None = None
) -> UnderTest:
    """The rules of a file (one of them where `only` names it), with all that is stored for the
    tenant. A file that names no tenant means this one. WrongRulesError where anything is wrong.
    """
    read = shaped(file, _of_tenant(text, tenant))
    mistakes = [*read.mistakes, *_strangers(read, tenant)]
    if mistakes:
        raise WrongRulesError(mistakes)
    chosen = _chosen(file, read, only)
    known = stored.of(tenant)
    entries = [*read.entries, *_beside(read, known)]
    wrong = _meaning(entries, file)
    if wrong:
        raise WrongRulesError(wrong)
    versions = list(_tried(numbered(entries, known.versions), chosen))
    return UnderTest(tenant, Definitions(versions, stored.number, stored.loaded_at), chosen)


def tenant_of(text: str) -> str | None:
    """The tenant that a file names, as it is written; None where it names none."""
    document, _ = located("", text)
    sections = document.value if document is not None else None
    named = sections.get("tenant") if isinstance(sections, dict) else None
    return named.value if named is not None and isinstance(named.value, str) else None


def _of_tenant(text: str, tenant: str) -> str:
    """The text with its tenant, whose lines stay where they are."""
    if _NAMES_TENANT.search(text):
        return text
    opened, brace, rest = text.partition("{")
    if brace and not opened.strip():
        return f'{opened}{{"tenant": "{tenant}", {rest}'
    return f"{text}\ntenant: {tenant}\n"


def _strangers(read: Shaped, tenant: str) -> Iterator[DefinitionMistake]:
    others = [entry for entry in read.entries if entry.tenant != tenant]
    if others:
        entry = others[0]
        problem = f"is of the tenant {entry.tenant!r}, the test is about {tenant!r}"
        yield DefinitionMistake(entry.file, 1, "tenant", problem, "name the same tenant in both")


def _beside(read: Shaped, known: TenantDefinitions) -> Iterator[Entry]:
    """What is stored and not defined anew by the file; other rules do not matter."""
    own = {entry.key for entry in read.entries}
    for one in known.versions:
        if one.standing and one.kind is not Kind.RULE:
            place, _ = located(STORED, msgspec.json.encode(one.body).decode())
            entry = Entry(one.tenant, one.kind, one.body, STORED, place or Located(None, 0))
            if entry.key not in own:
                yield entry


def _meaning(entries: Sequence[Entry], file: str) -> list[DefinitionMistake]:
    """What is wrong with those of the file, stage by stage as in `floorpulse check`."""
    known = floors(entries)
    stages: tuple[Callable[[Floor], Iterable[DefinitionMistake]], ...] = (
        lambda floor: meaningless(floor, frozenset()),
        ineffective,
        unreachable,
    )
    for stage in stages:
        wrong = [one for floor in known for one in stage(floor) if one.file == file]
        if wrong:
            return sorted(wrong)
    return []


def _chosen(file: str, read: Shaped, only: str | None) -> tuple[str, ...]:
    """The ids of the rules under test."""
    rules = tuple(dict.fromkeys(entry.id for entry in read.entries if entry.kind is Kind.RULE))
    if only is None and rules:
        return rules
    if only in rules:
        return (str(only),)
    problem = "there is no rule in it" if only is None else f"there is no rule {only!r} in it"
    remedy = meant(only or "", rules, "define one under `rules:`")
    raise WrongRulesError([DefinitionMistake(file, 1, Kind.RULE.value, problem, remedy)])


def _tried(versions: Sequence[Version], chosen: Sequence[str]) -> Iterator[Version]:
    """All but the rules that are not under test; the first version of one that is holds ever
    since.
    """
    begun: set[str] = set()
    for one in sorted(versions, key=lambda version: version.body.valid_from or ""):
        if one.kind is not Kind.RULE:
            yield one
        elif one.id in chosen and one.standing:
            first = one.id not in begun
            begun.add(one.id)
            body = msgspec.structs.replace(one.body, valid_from=None) if first else one.body
            yield Version(one.tenant, one.kind, one.id, one.number, body)

"""Definitions of the alerts service without effect: what nobody uses, what is said twice, what
never comes to bear.
"""

from collections.abc import Iterator

from floorpulse.definitions.domain.bodies import Kind, TenantBody
from floorpulse.definitions.domain.floor import Floor
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.rule_meaning import CONDITIONS
from floorpulse.definitions.domain.rule_terms import RuleBody
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import entries_of

# An escalation policy that no rule names may be named by an alert from outside: see `remarks`.
UNUSED = {
    Kind.ROTA: "name it as the target of an escalation's step, or delete it",
    Kind.RECEIVER: "name it as a member of a rota, the target of a step or the receiver of a "
    "report, or delete it",
}


def ineffective_on_call(floor: Floor) -> Iterator[DefinitionMistake]:
    """What changes nothing, beside what nobody uses."""
    yield from _repeated_rules(floor)
    yield from _repeated_defaults(floor)
    yield from _same_user(floor)


def _repeated_rules(floor: Floor) -> Iterator[DefinitionMistake]:
    first: dict[object, Entry] = {}
    for entry, body in entries_of(floor, RuleBody):
        condition = [(name, getattr(body, name)) for name in CONDITIONS]
        same = (repr(condition), repr(body.scope), body.calendar, body.valid_from)
        twin = first.setdefault(same, entry)
        if twin is not entry:
            problem = f"fires for what {twin.name} fires for"
            remedy = "keep one of them, or give this one another bound, scope or calendar"
            yield entry.mistake("", problem, remedy)


def _repeated_defaults(floor: Floor) -> Iterator[DefinitionMistake]:
    defaults = {body.escalation for _, body in entries_of(floor, TenantBody)}
    for entry, body in entries_of(floor, RuleBody):
        if body.escalation is not None and defaults == {body.escalation}:
            problem = f"repeats the tenant's default {body.escalation!r}"
            yield entry.mistake("escalation", problem, "leave it out")


def _same_user(floor: Floor) -> Iterator[DefinitionMistake]:
    first: dict[str, Entry] = {}
    for entry, body in entries_of(floor, ReceiverBody):
        if body.user is None:
            continue
        twin = first.setdefault(body.user, entry)
        if twin.id != entry.id:
            problem = f"the user {body.user!r} acts as {twin.name} already"
            yield entry.mistake("user", problem, "give all ways to reach one user to one receiver")

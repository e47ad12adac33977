"""What a source means by itself: fields that its platform has, scales with a length, foreign types
that make whole events.
"""

from collections.abc import Iterator
from typing import get_args
from zoneinfo import available_timezones

import msgspec

from floorpulse.contracts.events import AnyEvent, Event
from floorpulse.definitions.domain.bodies import SourceBody
from floorpulse.definitions.domain.instants import nearest_zone
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.source_terms import ForeignTypeBody, ScaleBody

OF_A_VENDOR = (
    "secret",
    "queues",
    "agents",
    "activities",
    "scales",
    "zone",
    "after_work",
    "public_url",
    "instance",
    "types",
)
"""Fields that mean nothing where the platform is not said"""
ONLY = {
    "after_work": ("twilio-taskrouter",),
    "public_url": ("twilio-taskrouter",),
    "instance": ("alibaba-ccc",),
    "types": ("cloudevents",),
}
"""Fields of some platforms only"""
TAKEN = frozenset({"alertmanager", "retire"})
"""Names whose addresses mean something else: `/v1/sources/retire`"""
ATTRIBUTES = frozenset({"type", "id", "source", "at", "tenant"})
"""Fields that come from the attributes of a CloudEvent, not from its data"""
EVENTS: dict[str, type[Event]] = {str(one.__struct_config__.tag): one for one in get_args(AnyEvent)}


def impossible_source(entry: Entry, body: SourceBody) -> Iterator[DefinitionMistake]:
    """What cannot be meant so."""
    yield from _misplaced(entry, body)
    if body.vendor is not None and (body.id in TAKEN or "/" in body.id):
        problem = f"{body.id!r} cannot be the end of an address under /v1/sources/"
        wanted = f"give it a name without slashes, other than {' and '.join(sorted(TAKEN))}"
        yield entry.mistake("id", problem, wanted)
    if body.zone is not None and body.zone not in available_timezones():
        problem = f"{body.zone!r} is no IANA time zone"
        yield entry.mistake("zone", problem, nearest_zone(body.zone))
    for name, scale in body.scales.items():
        yield from _scale(entry, f"scales.{name}", scale)
    for name, foreign in body.types.items():
        yield from _foreign(entry, f"types.{name}", foreign)


def _misplaced(entry: Entry, body: SourceBody) -> Iterator[DefinitionMistake]:
    for field in OF_A_VENDOR:
        if not getattr(body, field):
            continue
        if body.vendor is None:
            yield entry.mistake(field, "means nothing without `vendor`", "say whose platform it is")
        elif body.vendor not in ONLY.get(field, (body.vendor,)):
            problem = f"means nothing of {body.vendor}"
            yield entry.mistake(field, problem, f"leave it out: it is for {ONLY[field][0]}")


def _scale(entry: Entry, path: str, scale: ScaleBody) -> Iterator[DefinitionMistake]:
    if scale.best == scale.worst:
        problem = "best and worst are equal, so the scale has no length"
        yield entry.mistake(f"{path}.best", problem, "write the two ends of the scale")
        return
    low, high = sorted((scale.best, scale.worst))
    for answer, score in scale.scores.items():
        if not low <= score <= high:
            problem = f"{score:g} is not between worst {scale.worst:g} and best {scale.best:g}"
            yield entry.mistake(f"{path}.scores.{answer}", problem, "write a score on the scale")


def _foreign(entry: Entry, path: str, foreign: ForeignTypeBody) -> Iterator[DefinitionMistake]:
    event = EVENTS.get(foreign.type)
    if event is None:
        problem = f"there is no type {foreign.type!r}"
        yield entry.mistake(f"{path}.type", problem, meant(foreign.type, EVENTS, ""))
        return
    known = {one.encode_name: one.required for one in msgspec.structs.fields(event)}
    fillable = known.keys() - (ATTRIBUTES - {"id", "at"})
    given = {**foreign.fields, **foreign.constants}
    for section in ("fields", "values", "constants"):
        for field in getattr(foreign, section):
            if field not in fillable:
                problem = f"{foreign.type} has no field {field!r} to fill"
                remedy = meant(field, fillable, "")
                yield entry.mistake(f"{path}.{section}.{field}", problem, remedy)
    for field in sorted(name for name, required in known.items() if required):
        if field not in given and field not in ATTRIBUTES:
            problem = f"says nothing of `{field}`, without which there is no {foreign.type}"
            yield entry.mistake(
                path, problem, f"name the foreign field under `fields: {{{field}: …}}`"
            )

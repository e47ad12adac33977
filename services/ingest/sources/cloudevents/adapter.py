"""CloudEvents as canonical events: types of ours as they are, foreign types by a table.

    {"type": "com.example.contact.held", "data": {"contact": "c1"}}       the last two words count
    {"type": "org.example.call.taken", "data": {"call": {"id": "c1"}}}    by the source's `types`

Attributes say who, what and when. The id of an event whose `source` attribute is not the source's
own name is `source:id`, for it is unique within its own source only.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import shortened
from floorpulse.ingest.domain.cloudevents import TYPES, VERSION, own_type
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, identity, missing
from floorpulse.ingest.sources.source import ForeignType, SourceSettings

NUMBERS = frozenset(
    {
        "wait_ms",
        "talk_ms",
        "hold_ms",
        "wrap_ms",
        "ring_ms",
        "visit",
        "priority",
        "score",
        "best",
        "worst",
    }
)
"""Fields of ours that are numbers, also where the foreign one is a text"""
WHOLE = NUMBERS - {"score", "best", "worst"}
YES_OR_NO = frozenset({"fatal", "calibration", "passed", "valid", "liable"})
YES = {"TRUE": True, "FALSE": False}
QUEUES = frozenset({"queue", "to_queue"})
AGENTS = frozenset({"agent", "to_agent"})
NO_DATA = Refusal(Reason.INVALID_FIELD, "data must be a JSON object - at `$.data`")
OTHER_VERSION = Refusal(Reason.INVALID_FIELD, f"specversion must be {VERSION} - at `$.specversion`")


def events(
    payload: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """The body of the event; of foreign types that the table does not name none, and where there is
    no table a refusal.
    """
    if payload.get("specversion") != VERSION:
        return OTHER_VERSION
    kind, id_ = payload.get("type"), payload.get("id")
    if not isinstance(kind, str) or not isinstance(id_, str):
        return missing("text `type` or `id`")
    data = _data(payload)
    if data is None:
        return NO_DATA
    said = {"id": _identity(id_, payload, settings), "at": payload.get("time")}
    return _read(kind, data, said, settings)


def _read(
    kind: str, data: Mapping[str, object], said: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    """The body of an event of some type with these data; `said` is what its attributes say."""
    foreign = settings.types.get(kind)
    if foreign is not None:
        return [_named({**said, **dict(_mapped(foreign, data))}, settings)]
    own = own_type(kind)
    if own in TYPES:
        return [_named({**data, **_present(said), "type": own}, settings)]
    if settings.types:
        return Ignored(kind)
    detail = f"{kind!r} is no type of ours, and the source's `types` do not say what it means"
    return Refusal(Reason.UNKNOWN_TYPE, shortened(f"{detail} - at `$.type`"))


def _data(payload: Mapping[str, object]) -> Mapping[str, object] | None:
    """The event's data; None where they are no object."""
    data = payload.get("data")
    encoded = payload.get("data_base64")
    if isinstance(encoded, str):
        try:
            data = msgspec.json.decode(b64decode(encoded, validate=True))
        except (ValueError, RecursionError):
            return None
    if data is None:
        return {}
    return data if isinstance(data, dict) else None


def _identity(id_: str, payload: Mapping[str, object], settings: SourceSettings) -> str:
    source = payload.get("source")
    return id_ if source in {None, settings.name} else identity(str(source), id_)


def _mapped(foreign: ForeignType, data: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Our fields out of the foreign data."""
    yield "type", foreign.type
    for field, constant in foreign.constants.items():
        yield field, _typed(field, constant)
    for field, path in foreign.fields.items():
        value = _at(data, path)
        if value is not None:
            word = foreign.values.get(field, {}).get(str(_word(value)))
            yield field, _typed(field, value if word is None else word)


def _at(value: object, path: str) -> object:
    """What stands at a path: names of objects and numbers of items, parted by dots; a name may
    have dots of its own.
    """
    whole = _inside(value, path)
    step, _, rest = path.partition(".")
    return _at(_inside(value, step), rest) if whole is None and rest else whole


def _inside(value: object, name: str) -> object:
    if isinstance(value, list):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return Fields(value).raw(name)


def _typed(field: str, value: object) -> object:
    """A foreign value as our field has it: numbers as numbers, names as texts, epoch seconds as
    milliseconds.
    """
    known = Fields({"": value})
    if field == "at":
        return known.milliseconds("") or known.seconds("") or value
    if field in NUMBERS:
        number = known.number("")
        if number is None:
            return value
        return round(number) if field in WHOLE else number
    if field in YES_OR_NO:
        return YES.get(known.word(""), value)
    return value if field == "queues" else _word(value)


def _word(value: object) -> object:
    """A value as text, where it is a number; yes and no stay what they are."""
    return Fields({"": value}).text("") or value


def _named(body: EventBody, settings: SourceSettings) -> EventBody:
    """The body with the names of its queues and agents."""
    known = dict(body)
    for field in QUEUES & known.keys():
        known[field] = _renamed(known[field], settings.queue)
    for field in AGENTS & known.keys():
        known[field] = _renamed(known[field], settings.agent)
    return known


def _renamed(value: object, name: Callable[[str], str]) -> object:
    return name(value) if isinstance(value, str) else value


def _present(said: Mapping[str, object]) -> EventBody:
    return {name: value for name, value in said.items() if value is not None}

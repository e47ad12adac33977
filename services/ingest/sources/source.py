"""The protocol of a source: records of a platform in, canonical events out.

    record ─► take ─► events as JSON: the facts that it tells, perhaps none
                  └─► a refusal: no record of this platform
    end    ─► finish ─► events held back until the end

A source is the state of one stream: calls that may still enter a queue, agents that are logged in.
The same records in the same order give the same events with the same ids, so that a stream that is
sent again counts once. A platform whose payloads say everything by themselves needs no state: see
`payloads`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from floorpulse.contracts.events import AgentState, SurveyKind
from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

AfterWork = Literal["wrapup", "none"]


@dataclass(frozen=True)
class SurveyScale:
    """How a survey is read: its kind, the ends of its scale, and the score of each key or word.

    An answer that `scores` does not name stands for itself where it is a number.
    """

    kind: SurveyKind
    worst: float
    best: float
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ForeignType:
    """What an event type of somebody else's means: our type, and where its fields are.

    `fields` names for each field of ours the path in the foreign data, its steps parted by dots;
    `values` says for a field of ours what each foreign word means; `constants` are fields that are
    always the same.
    """

    type: str
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceSettings:
    """What is known of one source beside its records.

    `name` is the `source` of its events (`asterisk:pbx1`). `queues` and `agents` name what the
    platform knows by ids, `activities` says which state an activity of the platform's own is,
    `scales` how its surveys are read, by the survey's name there. `zone` is the IANA zone of
    stamps without an offset. The others are for the platforms that need them: `after_work` says
    whether Twilio's agents wrap up, `public_url` is the address that senders sign, `instance` the
    tenant of the platform that may speak, `types` foreign types of CloudEvents.
    """

    name: str
    queues: Mapping[str, str] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    activities: Mapping[str, AgentState] = field(default_factory=dict)
    scales: Mapping[str, SurveyScale] = field(default_factory=dict)
    zone: str = "UTC"
    after_work: AfterWork = "wrapup"
    public_url: str | None = None
    instance: str | None = None
    types: Mapping[str, ForeignType] = field(default_factory=dict)

    def queue(self, known_as: str) -> str:
        """The name of a queue; what has no name is called as the platform calls it."""
        return self.queues.get(known_as, known_as)

    def agent(self, known_as: str) -> str:
        """The name of an agent; who has no name is called as the platform calls them."""
        return self.agents.get(known_as, known_as)

    def activity(self, name: str) -> AgentState | None:
        """The state that an activity is, its name read without regard to case; None where nobody
        said.
        """
        wanted = name.casefold()
        return next((s for one, s in self.activities.items() if one.casefold() == wanted), None)


@dataclass(frozen=True)
class SourceRecord:
    """One record as the platform wrote it: a line, a row or a payload.

    `place` is where it stands in its stream: the number of a line, an offset, a cursor. Records
    without an id of their own get their events' ids from it.
    """

    place: int
    content: bytes


class Source(Protocol):
    """Translates one stream, record by record; never raises, whatever a record holds."""

    @property
    def unknown(self) -> UnknownKinds:
        """The kinds of records that made no event because the source does not know them."""
        ...

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """The record's events as JSON in the order of their facts; a refusal where it cannot be
        read.

        A record of a known kind without an event gives none, one of an unknown kind gives none and
        is counted in `unknown`. Instants come from the record, never from a clock.
        """
        ...

    def finish(self) -> Sequence[bytes]:
        """The events that were held back until the stream's end; called once, after the last
        record.
        """
        ...


SourceFactory = Callable[[SourceSettings], Source]
"""Opens a source for a new stream"""

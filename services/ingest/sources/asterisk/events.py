"""Asterisk's queue_log as canonical events, line by line: `epoch|call|queue|agent|WORD|…`.

    ENTERQUEUE ─► offered      CONNECT ─► answered      COMPLETEAGENT, COMPLETECALLER ─► ended
                               ABANDON ─► abandoned     TRANSFER, BLINDTRANSFER, ATTENDEDTRANSFER ─►
                               transferred, ended EXITWITHTIMEOUT, EXITEMPTY, EXITWITHKEY,
                               LEAVEEMPTY, SYSCOMPAT, WITHDRAW ─► left
    CLOSED, FULL, JOINEMPTY, JOINUNAVAIL, DIVERT_… ─► offered and left at once: calls that Wazo
    turns away at the door

    AGENTLOGIN, AGENTLOGOFF, ADDMEMBER, REMOVEMEMBER, PAUSE, UNPAUSE, their CALLBACK and ALL kinds
    ─► agent.state             RINGNOANSWER ─► agent.missed      QUEUESTART ─► what was open ends

The log's own whole seconds of waiting and talking win over differences of its stamps. Of the
system's other lines there is no event. Source: Asterisk's documentation, "Queue Logs", and what
Asterisk 22 wrote.

The dialplan's QueueLog() writes any word, and every Asterisk has new ones: a word that is not known
makes no event either. It is counted, so that whoever reads the log's summary sees what was not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b

import msgspec

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.asterisk import agents, calls
from floorpulse.ingest.sources.asterisk.agents import AgentsOfLog
from floorpulse.ingest.sources.asterisk.calls import CallsOfLog
from floorpulse.ingest.sources.asterisk.lines import LogEntry
from floorpulse.ingest.sources.asterisk.members import MembersOfLog
from floorpulse.ingest.sources.asterisk.stay_events import EventBody
from floorpulse.ingest.sources.asterisk.tables import LogReader
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

SILENT = frozenset(
    (
        "CONFIGRELOAD",
        "RINGCANCELED",
        "AGENTDUMP",
        "DID",
        "INFO",
        "PENALTY",
        "RINGINUSE",
    )
)
"""Words of which there is no event"""
MOST_QUEUES = 10_000
"""Queues whose spelling is remembered"""


class WordsOfLog(UnknownKinds):
    """The words that are not known, and what else the reader of a log's summary must know."""

    def __init__(self, members: MembersOfLog) -> None:
        super().__init__("word", "line")
        self._members = members

    def notes(self) -> list[str]:
        """See `UnknownKinds.notes`."""
        notes = super().notes()
        if self._members.unnamed:
            notes.append(
                f"telephones without a member's name: {self._members.unnamed}; ADDMEMBER and "
                "REMOVEMEMBER name them, calls name people, so nobody's coming and going is told. "
                "Set log_membername_as_agent=yes in queues.conf"
            )
        return notes


class QueueLog:
    """A `Source`: translates one log, in the order of its lines.

    `settings` say who tells it (`asterisk:pbx1`), what its agents and queues are called, and the
    zone of stamps that a table holds as dates. `unknown` counts the words of the lines that it does
    not know. Of a member's coming and going by telephone it may hold back until another line shows
    that agents are named so; anything else is told at once.

    Raises `zoneinfo.ZoneInfoNotFoundError` where the zone is none.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._reader = LogReader(settings.zone)
        self._calls = CallsOfLog(settings.name)
        self._agents = AgentsOfLog()
        self.unknown: UnknownKinds = WordsOfLog(self._agents.members)
        self._first: int | None = None
        self._spellings: dict[bytes, str] = {}

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`; the place is the line's number or offset in its log."""
        read = self._reader.read(record.content)
        if read is None:
            return ()
        if isinstance(read, Refusal):
            return read
        agent = self._settings.agent(read.agent)
        entry = replace(read, agent=agent, queue=self._spelled(read.queue))
        first = self._first = entry.at if self._first is None else self._first
        bodies = self._bodies(entry, record.place, first)
        self._calls.passed(entry)
        return bodies if isinstance(bodies, Refusal) else self._events(bodies, entry.at)

    def finish(self) -> Sequence[bytes]:
        """See `Source.finish`."""
        first = self._first or 0
        return self._events(self._agents.rest(first), first)

    def _spelled(self, queue: str) -> str:
        """The name of a queue as the log spelled it first. Asterisk finds queues without regard to
        the case of ASCII letters: lines of entries and timeouts have the dialplan's spelling, those
        of answers and ends the one of queues.conf.
        """
        folded = queue.encode(errors="replace").lower()
        if folded not in self._spellings and len(self._spellings) >= MOST_QUEUES:
            return queue
        return self._spellings.setdefault(folded, queue)

    def _bodies(self, entry: LogEntry, place: int, first: int) -> Sequence[EventBody] | Refusal:
        if entry.word in agents.WORDS:
            return self._agents.bodies(entry, first)
        if entry.word == calls.RESTART:
            self._agents.restarted()
        if entry.word in calls.WORDS:
            told = self._calls.bodies(entry)
            if isinstance(told, Refusal):
                return told
            return [*self._agents.seen(entry, first), *told]
        if entry.word not in SILENT:
            self.unknown.count(entry.word, place)
        return ()

    def _events(self, bodies: Iterable[EventBody], at: int) -> list[bytes]:
        return [self._event({"source": self._settings.name, "at": at, **body}) for body in bodies]

    def _event(self, said: EventBody) -> bytes:
        """The event; the same facts have the same id, wherever in whichever file they stand."""
        if "queue" in said:
            said["queue"] = self._settings.queue(said["queue"])
        if "queues" in said:
            said["queues"] = sorted(map(self._settings.queue, said["queues"]))
        text = _encode(said)
        return b'{"id":"%b",%b' % (blake2b(text, digest_size=16).hexdigest().encode(), text[1:])


_encode = msgspec.json.Encoder().encode

"""Asterisk's queue_log as canonical events, line by line: `epoch|call|queue|agent|WORD|…`.

    ENTERQUEUE ─► offered      CONNECT ─► answered      COMPLETEAGENT, COMPLETECALLER ─► ended
                               ABANDON ─► abandoned     TRANSFER, BLINDTRANSFER, ATTENDEDTRANSFER ─►
                               transferred, ended EXITWITHTIMEOUT, EXITEMPTY, EXITWITHKEY,
                               LEAVEEMPTY, SYSCOMPAT, WITHDRAW ─► left
    CLOSED, FULL, JOINEMPTY, JOINUNAVAIL, DIVERT_… ─► offered and left at once: calls that Wazo
    turns away at the door

    AGENTLOGIN, AGENTLOGOFF, ADDMEMBER, REMOVEMEMBER, PAUSE, UNPAUSE, their CALLBACK and ALL kinds
    ─► agent.state

The log's own whole seconds of waiting and talking win over differences of its stamps. Of an attempt
to ring an agent (RINGNOANSWER, RINGCANCELED) and of the system's own lines there is no event.
Source: Asterisk's documentation, "Queue Logs".

The dialplan's QueueLog() writes any word, and every Asterisk has new ones: a word that is not known
makes no event either. It is counted, so that whoever reads the log's summary sees what was not.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk import agents, calls
from floorpulse.ingest.sources.asterisk.agents import AgentsOfLog
from floorpulse.ingest.sources.asterisk.calls import CallsOfLog, EventBody
from floorpulse.ingest.sources.asterisk.lines import LogEntry, entry_of
from floorpulse.ingest.sources.source import SourceRecord
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

NO_LINE = Refusal(Reason.MALFORMED, "no line of a queue_log: epoch|call|queue|agent|WORD|…")

SILENT = frozenset(
    (
        "QUEUESTART",
        "CONFIGRELOAD",
        "RINGNOANSWER",
        "RINGCANCELED",
        "AGENTDUMP",
        "DID",
        "INFO",
        "PENALTY",
    )
)
"""Words of which there is no event"""


class QueueLog:
    """A `Source`: translates one log, in the order of its lines.

    `source` is who says so, such as `asterisk:pbx1`. `unknown` counts the words of the lines that
    it does not know. Nothing is held back: each line is told at once.
    """

    def __init__(self, source: str) -> None:
        self.unknown = UnknownKinds("word", "line")
        self._source = source
        self._calls = CallsOfLog()
        self._agents = AgentsOfLog()
        self._first: int | None = None

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`; the place is the line's number or offset in its log."""
        entry = entry_of(record.content)
        if entry is None:
            return NO_LINE
        if self._first is None:
            self._first = entry.at
        identity = blake2b(
            b"%d|%b" % (record.place, record.content.strip()), digest_size=12
        ).hexdigest()
        return [
            msgspec.json.encode(
                {"id": f"{identity}.{number}", "source": self._source, "at": entry.at, **body}
            )
            for number, body in enumerate(self._bodies(entry, record.place, self._first))
        ]

    def finish(self) -> Sequence[bytes]:
        """See `Source.finish`."""
        return ()

    def _bodies(self, entry: LogEntry, place: int, first: int) -> Iterable[EventBody]:
        if entry.word in agents.WORDS:
            return self._agents.bodies(entry, first)
        if entry.word in calls.WORDS:
            return self._calls.bodies(entry)
        if entry.word not in SILENT:
            self.unknown.count(entry.word, place)
        return ()

"""Asterisk's queue_log as canonical events, line by line: `epoch|call|queue|agent|WORD|…`.

    ENTERQUEUE ─► offered      CONNECT ─► answered      COMPLETEAGENT, COMPLETECALLER ─► ended
                               ABANDON ─► abandoned     TRANSFER, BLINDTRANSFER, ATTENDEDTRANSFER ─► transferred, ended
                               EXITWITHTIMEOUT, EXITEMPTY, EXITWITHKEY, LEAVEEMPTY, SYSCOMPAT ─► left
    CLOSED, FULL, JOINEMPTY, JOINUNAVAIL, DIVERT_… ─► offered and left at once: calls that Wazo turns away at the door

    AGENTLOGIN, AGENTLOGOFF, ADDMEMBER, REMOVEMEMBER, PAUSE, UNPAUSE, their CALLBACK and ALL kinds ─► agent.state

The log's own whole seconds of waiting and talking win over differences of its stamps. Of an attempt to ring an agent
(RINGNOANSWER, RINGCANCELED) and of the system's own lines there is no event. Source: Asterisk's documentation, "Queue Logs".
"""

from hashlib import blake2b

import msgspec

from services.ingest.domain import queue_log_agents, queue_log_calls
from services.ingest.domain.queue_log_agents import Crew
from services.ingest.domain.queue_log_calls import Calls
from services.ingest.domain.queue_log_lines import entry_of

SILENT = frozenset(("QUEUESTART", "CONFIGRELOAD", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP", "DID", "INFO", "PENALTY"))
"""Words of which there is no event"""


class QueueLog:
    """Translates one log, in the order of its lines; `source` is who says so, such as `asterisk:pbx1`."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._calls = Calls()
        self._crew = Crew()

    def events(self, place: int, line: bytes) -> list[bytes] | None:
        """The events of a line as JSON, none where it tells of none; None where it is no line of a queue_log.

        `place` is the line's number or offset in its log: the same line at the same place gives the same ids.
        """
        entry = entry_of(line)
        if entry is None:
            return None
        if entry.word in queue_log_agents.WORDS:
            bodies = self._crew.bodies(entry)
        elif entry.word in queue_log_calls.WORDS:
            bodies = self._calls.bodies(entry)
        else:
            return [] if entry.word in SILENT else None
        identity = blake2b(b"%d|%b" % (place, line.strip()), digest_size=12).hexdigest()
        return [
            msgspec.json.encode({"id": f"{identity}.{number}", "source": self._source, "at": entry.at, **body})
            for number, body in enumerate(bodies)
        ]

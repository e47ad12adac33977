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

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from floorpulse.ingest.sources.asterisk import agents as queue_log_agents
from floorpulse.ingest.sources.asterisk import calls as queue_log_calls
from floorpulse.ingest.sources.asterisk.agents import Crew
from floorpulse.ingest.sources.asterisk.calls import Body, Calls
from floorpulse.ingest.sources.asterisk.lines import Entry, entry_of

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


MOST_WORDS = 100
"""Unknown words that are told apart; a log of noise must not fill the memory"""
WORD_LENGTH = 40
OTHERS = "other words"


@dataclass(eq=False)
class UnknownWord:
    """How often a word came that is not known, and the place of its first line."""

    first: int
    lines: int = 0


class UnknownWords:
    """The words of one log that make no event because nobody knows them."""

    def __init__(self) -> None:
        self._known: dict[str, UnknownWord] = {}

    def count(self, word: str, place: int) -> None:
        """Count a line with the word."""
        name = word if word in self._known or len(self._known) < MOST_WORDS else OTHERS
        self._known.setdefault(name, UnknownWord(place)).lines += 1

    def notes(self) -> list[str]:
        """What to tell of them, each word once, in the order in which they came."""
        if not self._known:
            return []
        lines = sum(one.lines for one in self._known.values())
        head = f"words without an event, not counted in any figure: {lines:,} {_lines(lines)}"
        return [head, *(f"  {_shown(word)}: {one.lines:,} {_lines(one.lines)}, first in line "
                        f"{one.first:,}"
                        for word, one in self._known.items())]  # fmt: skip


def _lines(number: int) -> str:
    return "line" if number == 1 else "lines"


def _shown(word: str) -> str:
    """The word as a terminal may show it: cut, and without control characters."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in word[:WORD_LENGTH])
    return printable if len(word) <= WORD_LENGTH else f"{printable}…"


class QueueLog:
    """Translates one log, in the order of its lines; `source` is who says so, such as
    `asterisk:pbx1`.

    `unknown` counts the words that it does not know.
    """

    def __init__(self, source: str) -> None:
        self.unknown = UnknownWords()
        self._source = source
        self._calls = Calls()
        self._crew = Crew()
        self._first: int | None = None

    def events(self, place: int, line: bytes) -> list[bytes] | None:
        """The events of a line as JSON, none where it tells of none; None where it is no line of a
        queue_log.

        `place` is the line's number or offset in its log: the same line at the same place gives the
        same ids.
        """
        entry = entry_of(line)
        if entry is None:
            return None
        if self._first is None:
            self._first = entry.at
        identity = blake2b(b"%d|%b" % (place, line.strip()), digest_size=12).hexdigest()
        return [
            msgspec.json.encode(
                {"id": f"{identity}.{number}", "source": self._source, "at": entry.at, **body}
            )
            for number, body in enumerate(self._bodies(entry, place, self._first))
        ]

    def _bodies(self, entry: Entry, place: int, first: int) -> Iterable[Body]:
        if entry.word in queue_log_agents.WORDS:
            return self._crew.bodies(entry, first)
        if entry.word in queue_log_calls.WORDS:
            return self._calls.bodies(entry)
        if entry.word not in SILENT:
            self.unknown.count(entry.word, place)
        return ()

"""One line of Asterisk's queue_log, taken apart."""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"(\d{9,11})(?:\.(\d+))?\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]+)(?:\|(.*))?", re.ASCII
)
"""The word is any text: the dialplan's QueueLog() writes what its administrator chose"""
OF_MEMBERS = (
    *("CONNECT", "COMPLETEAGENT", "COMPLETECALLER", "RINGNOANSWER", "RINGCANCELED"),
    *("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER", "AGENTDUMP", "SYSCOMPAT"),
    *("ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL"),
)
"""Words behind a member's name, each followed by a bar even where it has no parameter"""
BARRED = re.compile(rf"(.+?\|.*?)\|({'|'.join(OF_MEMBERS)})\|(.*)")
"""A member's name that holds bars (`Ann | Sales`), its word and parameters"""


@dataclass(frozen=True)
class LogEntry:
    """What happened at `at` (epoch milliseconds) to which call, in which queue, at which agent.

    `data` are the word's parameters; `is_whole` says that the stamp has no fraction, so that the
    entry happened at any time within the second.
    """

    at: int
    call: str
    queue: str
    agent: str
    word: str
    data: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def second(self) -> int:
        """The epoch second in which it happened."""
        return self.at // 1000

    def text(self, number: int) -> str:
        """A parameter; empty where there is none."""
        return self.data[number].strip() if number < len(self.data) else ""


def entry_of(text: str) -> LogEntry | None:
    """The entry of a line of the file; None where it is none."""
    found = LINE.fullmatch(text.strip())
    if found is None:
        return None
    seconds, fraction, call, queue, agent, word, data = found.groups()
    if agent != "NONE" and data and word not in OF_MEMBERS:
        barred = BARRED.fullmatch(f"{agent}|{word}|{data}")
        agent, word, data = barred.groups() if barred else (agent, word, data)
    parameters = tuple(data.split("|")) if data is not None else ()
    at = milliseconds(seconds, fraction)
    return LogEntry(at, call, queue, agent.strip(), word, parameters, is_whole=fraction is None)


def milliseconds(seconds: str, fraction: str | None) -> int:
    """Epoch seconds and the digits behind their point, as epoch milliseconds: cut, not rounded."""
    return int(seconds) * 1000 + int(f"{fraction or ''}000"[:3])

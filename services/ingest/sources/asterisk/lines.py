"""One line of Asterisk's queue_log, taken apart."""

import re
from dataclasses import dataclass

LINE = re.compile(
    r"(\d{1,11})(?:\.(\d+))?\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]+)(?:\|(.*))?", re.ASCII
)
"""The word is any text: the dialplan's QueueLog() writes what its administrator chose"""


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

    def text(self, number: int) -> str:
        """A parameter; empty where there is none."""
        return self.data[number].strip() if number < len(self.data) else ""

    def milliseconds(self, number: int) -> int | None:
        """A parameter of whole seconds; None where it is no number."""
        text = self.text(number)
        return int(text) * 1000 if text.isascii() and text.isdigit() else None


def entry_of(line: bytes) -> LogEntry | None:
    """The entry of a line; None where it is none."""
    found = LINE.fullmatch(line.decode(errors="replace").strip())
    if found is None:
        return None
    seconds, fraction, call, queue, agent, word, data = found.groups()
    at = int(seconds) * 1000 + int(f"{fraction or ''}000"[:3])
    parameters = tuple(data.split("|")) if data is not None else ()
    return LogEntry(at, call, queue, agent, word, parameters, is_whole=fraction is None)

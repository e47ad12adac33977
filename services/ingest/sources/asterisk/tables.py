"""Exports of the table in which many installations keep Asterisk's queue_log, row by row.

    sqlite3, psql -At   2026-11-16 10:00:08|c1|sales|ann|CONNECT|8|c2|5||
    psql, mysql         2026-11-16 10:00:08 | c1 | sales | ann | CONNECT | 8 | c2 | 5 | |
    CSV, TSV, COPY      "2026-11-16 10:00:08","c1","sales","ann","CONNECT","8","c2","5","",""
    JSON                {"time": "2026-11-16 10:00:08", "callid": "c1", "queuename": "sales", …}

A header names the columns, also as QueueMetrics does (time_id, call_id, queue, agent, verb);
without one they have the order time, callid, queuename, agent, event, data1 … data5, perhaps behind
the number of the row or its partition, also with an empty column `data` before data1, and when the
row was created, as tables of old have them. A stamp is epoch seconds, or a date and time:
with its offset, or in the zone that the reader was told. Of an hour that a change of clocks repeats
it is the first, unless the call or the row before was later.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.asterisk.lines import LogEntry, entry_of, milliseconds

NO_LINE = Refusal(
    Reason.MALFORMED,
    "no line of a queue_log (epoch|call|queue|agent|WORD|…) and no row of its table (time, callid, "
    "queuename, agent, event, data1 … data5, parted by | , ; or tabs)",
)
COLUMNS = ("time", "callid", "queuename", "agent", "event")
"""The columns that every row has, in their order without a header"""
COLUMNS_OF_DATA = 5
"""Columns of a word's parameters: data1 to data5"""
OTHER_NAMES = {
    "call_id": "callid",
    "uniqueid": "callid",
    "queue": "queuename",
    "queue_name": "queuename",
    "verb": "event",
    "eventtime": "time",
    "time_id": "time",
    "timestamp": "time",
    "created": "time",
}
"""Other names of these columns, as forks and tutorials call them; the column's own name wins where
a table has both, such as the instant of the entry and that at which its row was `created`
"""
DELIMITERS = "|\t;,"
BYTE_ORDER_MARK = "\ufeff"
"""What Windows writes before the first line of a file"""
BEHIND_TORN = re.compile(
    r"\d{10}(?:\.\d+)?\|(?:NONE|MANAGER|REALTIME|[^|]*\d{10}\.\d+)\|(?:[^|]+\|){2}[A-Z]{4,}\|",
    re.ASCII,
)
"""How a line of the file begins in the middle of another"""
NUL = b"\0"
"""What a file system may leave in a log that was being written when the power failed"""
LATIN_1 = {0xDC00 + byte: byte for byte in range(0x80, 0x100)}
"""Bytes that are no UTF-8, as decoding keeps them aside, and what they are in Latin-1"""
EPOCH = re.compile(r"(\d{9,11})(?:\.(\d+))?", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:", re.ASCII)
AROUND_ROWS = re.compile(r"[-+|\s]*-{3}[-+|\s]*|\(\d+ rows?\)|\d+ rows? in set\b.*|\\\.")
"""The rule under a header, the number of rows, and the end of a COPY"""
COPY = re.compile(r"COPY \S+ \(([^)]*)\) FROM stdin;", re.IGNORECASE)
CHANNEL_SINCE = re.compile(r"(?:.*-)?(\d{9,11})\.\d+", re.ASCII)
"""A call's unique id, which begins with the epoch second of its channel"""
BACKWARDS = 5_000
"""How far a row may lie before the one before it, in milliseconds, without a change of clocks"""


class LogReader:
    """Reads the lines of one log: of the file, or of an export of its table.

    `zone` is the IANA zone of stamps without an offset; None where nobody said it. Raises
    `zoneinfo.ZoneInfoNotFoundError` where there is no such zone.
    """

    def __init__(self, zone: str | None = None) -> None:
        self._zone = None if zone is None else ZoneInfo(zone)
        self._columns: tuple[str, ...] = ()
        self._last = 0

    def read(self, line: bytes) -> LogEntry | Refusal | None:
        """The entry of a line; None where it only belongs to the export, such as its header."""
        text = _text(line).strip(f" \r\n{BYTE_ORDER_MARK}")
        if not text:
            return None
        entry = None if self._columns else _behind_torn(text) or entry_of(text)
        read = entry or self._row(text)
        if isinstance(read, LogEntry) and not self._columns:
            read = _bare(read)
        if isinstance(read, LogEntry):
            self._last = max(self._last, read.at)
        return read

    def _row(self, text: str) -> LogEntry | Refusal | None:
        if text.startswith("{"):
            return self._object(text)
        copied = COPY.match(text)
        if copied:
            self._columns = _named(copied.group(1).split(","))
        if copied or AROUND_ROWS.fullmatch(text):
            return None
        fields = _fields(text)
        names = _named(fields)
        if set(COLUMNS) <= {OTHER_NAMES.get(name, name) for name in names}:
            self._columns = names
            return None
        return self._entry(fields) if len(fields) >= len(COLUMNS) else NO_LINE

    def _entry(self, fields: Sequence[str]) -> LogEntry | Refusal:
        return self._told(_said(self._columns or _without_header(fields), fields))

    def _object(self, text: str) -> LogEntry | Refusal:
        try:
            row = _decode(text)
        except (ValueError, RecursionError):
            return NO_LINE
        return self._told(_said(_named(row), [_known(_text_of(one)) for one in row.values()]))

    def _told(self, said: dict[str, str]) -> LogEntry | Refusal:
        time, call, queue, agent, word = (said.get(column, "") for column in COLUMNS)
        if not word:
            return NO_LINE
        at = self._instant(time, call)
        if isinstance(at, Refusal):
            return at
        return LogEntry(at, call, queue, agent, word, _parameters(said), is_whole="." not in time)

    def _instant(self, time: str, call: str) -> int | Refusal:
        epoch = EPOCH.fullmatch(time)
        if epoch:
            return milliseconds(*epoch.groups())
        if not DATE.match(time):
            return NO_LINE
        try:
            stamp = datetime.fromisoformat(time)
        except ValueError:
            return Refusal(Reason.INVALID_TIME, f"the stamp {time!r} is no date and time")
        if stamp.tzinfo is not None:
            return _epoch(stamp)
        return self._local(stamp, call) if self._zone else _zoneless(time)

    def _local(self, stamp: datetime, call: str) -> int:
        first, second = (_epoch(stamp.replace(tzinfo=self._zone, fold=fold)) for fold in (0, 1))
        channel = CHANNEL_SINCE.fullmatch(call)
        since = int(channel.group(1)) * 1000 if channel else 0
        return second if first < max(since, self._last - BACKWARDS) <= second else first


def _text(line: bytes) -> str:
    """The line in UTF-8; names of before it are in Latin-1, and two of them must not become one."""
    line = line.replace(NUL, b"")
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(errors="surrogateescape").translate(LATIN_1)


def _behind_torn(text: str) -> LogEntry | None:
    """The entry that was written behind a line without its end: the disk was full, or the machine
    went down. A call's id behind the stamp looks like a stamp, too.
    """
    found = BEHIND_TORN.search(text, 1)
    if found is None or found.start() == text.index("|") + 1:
        return None
    return entry_of(text[found.start() :])


def _zoneless(time: str) -> Refusal:
    return Refusal(
        Reason.INVALID_TIME,
        f"the stamp {time!r} does not say its zone: name it, such as --zone Europe/Berlin, or "
        "export epoch seconds (PostgreSQL: extract(epoch from time), MySQL: unix_timestamp(time))",
    )


def _epoch(stamp: datetime) -> int:
    return (stamp - _ZERO) // timedelta(milliseconds=1)


def _fields(text: str) -> list[str]:
    """The fields of a row, parted by the delimiter that parts it into the most."""
    bare = text.strip("| ") if text.startswith("| ") else text
    delimiter = max(DELIMITERS, key=bare.count)
    if delimiter == "|":
        fields = bare.split("|")
    else:
        try:
            fields = next(csv.reader([bare], delimiter=delimiter), [])
        except csv.Error:
            return []
    return [_known(field.strip()) for field in fields]


def _known(field: str) -> str:
    return "" if field in ("NULL", "\\N") else field


def _text_of(value: str | float | None) -> str:
    """A value of JSON as a field; a column with empty ones may hold 8 as 8.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _named(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(field.strip().strip('"`').lower() for field in fields)


def _said(columns: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    said = dict(zip(columns, fields, strict=False))
    for other, column in OTHER_NAMES.items():
        if not said.get(column) and said.get(other):
            said[column] = said[other]
    return said


def _without_header(fields: Sequence[str]) -> tuple[str, ...]:
    """The columns of a row without a header: what names the row may stand before its stamp."""
    named = not _is_stamp(fields[0]) and _is_stamp(fields[1])
    first = ("id", *COLUMNS) if named else COLUMNS
    return (*first, *(f"data{number}" for number in range(1, len(fields) - len(first) + 1)))


def _bare(entry: LogEntry) -> LogEntry:
    """The entry of a row without a header, without what old tables have around their five columns:
    an empty `data` before them, and when the row was created.
    """
    data = entry.data
    if len(data) in (COLUMNS_OF_DATA + 1, COLUMNS_OF_DATA + 2) and _is_stamp(data[-1]):
        data = data[:-1]
    is_old = len(data) > COLUMNS_OF_DATA and not data[0]
    if is_old and (entry.word != "ENTERQUEUE" or not data[-1]):
        data = data[1:]
    return entry if data is entry.data else replace(entry, data=data)


def _is_stamp(field: str) -> bool:
    return EPOCH.fullmatch(field) is not None or DATE.match(field) is not None


def _parameters(said: dict[str, str]) -> tuple[str, ...]:
    """The word's parameters: `data1` and so on, else the old single column; what does not fit into
    five columns stands in the last one, parted by bars.
    """
    numbered = sorted(name for name in said if re.fullmatch(r"data\d", name))
    several = "|".join(said[name] for name in numbered)
    return tuple((several if several.strip("|") else said.get("data", "")).split("|"))


_ZERO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_decode = msgspec.json.Decoder(dict[str, str | int | float | None]).decode

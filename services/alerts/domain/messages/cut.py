"""A message within a channel's limit, in the channel's own unit: bytes, letters, text messages.

    title ───────────────► kept; cut only where it and the first link are too long together
    line, line, line ────► whole lines as long as they fit, then one that is cut, then none
    first link ──────────► kept whole as long as it fits at all
    further links ───────► kept whole, as many as fit beside the whole title

Nothing is cut within what a reader sees as one character: a letter with its accents, a flag, a
family joined from people.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from floorpulse.alerts.domain.notices import Message

Measure = Callable[[str], int]
"""How long a text is in a channel's unit; never shorter for a longer text"""

IDEOGRAPHS = 0x2E80
"""From here on Unicode has the scripts of East Asia"""
JOINER = "\u200d"
MODIFIERS = range(0x1F3FB, 0x1F400)
SELECTORS = range(0xFE00, 0xFE10)
TAGS = range(0xE0020, 0xE0080)
FLAGS = range(0x1F1E6, 0x1F200)
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Letters of GSM-7 that take two places (3GPP TS 23.038, 6.2.1.1)"""
ALONE, CHAINED = 160, 153
"""Places of one text message of GSM-7, and of each of several"""
ALONE_WIDE, CHAINED_WIDE = 70, 67
"""The same in UTF-16 code units, where a letter is beyond GSM-7"""


def utf8_bytes(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def text_messages(text: str) -> int:
    """Text messages (SMS) that a text takes: GSM-7 where all letters are in it, else UCS-2."""
    if all(letter in GSM or letter in GSM_EXTENDED for letter in text):
        places = len(text) + sum(letter in GSM_EXTENDED for letter in text)
        return _in_parts(places, ALONE, CHAINED)
    return _in_parts(len(text.encode("utf-16-le")) // 2, ALONE_WIDE, CHAINED_WIDE)


def _in_parts(places: int, alone: int, chained: int) -> int:
    return min(1, places) if places <= alone else -(-places // chained)


def shortened(text: str, limit: int, measure: Measure = utf8_bytes, mark: str = "…") -> str:
    """The longest beginning within `limit`, with `mark` where something is missing.

    Empty where not even the mark fits.
    """
    if measure(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle] + mark) <= limit else (low, middle - 1)
    kept = text[: _boundary(text, low)].rstrip()
    return kept + mark if measure(kept + mark) <= limit else ""


def _boundary(text: str, end: int) -> int:
    """The last place at or before `end` that is not within one character as readers see it."""
    while 0 < end < len(text) and _belongs(text, end):
        end -= 1
    return end


def _belongs(text: str, at: int) -> bool:
    """Whether the code point at `at` continues the character before it."""
    here, before = text[at], text[at - 1]
    point = ord(here)
    if point in FLAGS:
        return _flags_before(text, at) % 2 == 1
    return (
        JOINER in {here, before}
        or unicodedata.category(here).startswith("M")
        or any(point in span for span in (MODIFIERS, SELECTORS, TAGS))
        or (before, here) == ("\r", "\n")
    )


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at > count and ord(text[at - count - 1]) in FLAGS:
        count += 1
    return count


class Fitted(NamedTuple):
    """What of a message fits a channel."""

    title: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


def labelled(label: str, text: str) -> str:
    """`label: text`, with the colon of the label's script."""
    return f"{label}：{text}" if ord(label[-1]) >= IDEOGRAPHS else f"{label}: {text}"


class Layout(NamedTuple):
    """How a channel writes a message: what its texts cost.

    `title` writes the title, `line` and `link` one (label, text) or (label, address) pair; `mark`
    stands where something was cut.
    """

    limit: int
    measure: Measure = utf8_bytes
    title: Callable[[str], str] = str
    line: Callable[[str, str], str] = labelled
    link: Callable[[str, str], str] = labelled
    mark: str = "…"
    between: str = "\n"


def fitted(message: Message, layout: Layout) -> Fitted:
    """The parts of a message that stay within the layout's limit together."""
    links = _links_that_fit(message, layout)
    tail = [layout.link(*one) for one in links]
    title = _title_that_fits(message.title, tail, layout)
    lines: list[str] = []
    for label, text in message.lines:
        line = layout.line(label, text)
        room = _room([layout.title(title), *lines, *tail], layout, line)
        lines += [room] if room else []
        if room != line:
            break
    return Fitted(title, tuple(lines), links)


def as_text(message: Message, layout: Layout) -> str:
    """A message as plain text within the limit: title, lines, links."""
    parts = fitted(message, layout)
    tail = [layout.link(*one) for one in parts.links]
    return _joined([layout.title(parts.title), *parts.lines, *tail], layout)


def _joined(texts: Sequence[str], layout: Layout) -> str:
    return layout.between.join(text for text in texts if text)


def _links_that_fit(message: Message, layout: Layout) -> tuple[tuple[str, str], ...]:
    """As many links as fit beside the title, the first one also beside a cut title."""
    title = layout.title(message.title)
    for count in range(len(message.links), 0, -1):
        written = [layout.link(*one) for one in message.links[:count]]
        least = layout.mark if count == 1 else title
        if layout.measure(_joined([least, *written], layout)) <= layout.limit:
            return message.links[:count]
    return ()


def _title_that_fits(title: str, tail: Sequence[str], layout: Layout) -> str:
    return shortened(
        title,
        layout.limit,
        lambda text: layout.measure(_joined([layout.title(text), *tail], layout)),
        layout.mark,
    )


def _room(others: Sequence[str], layout: Layout, line: str) -> str:
    """What of a further line fits beside the others."""
    return shortened(
        line,
        layout.limit,
        lambda text: layout.measure(_joined([text, *others], layout)),
        layout.mark,
    )

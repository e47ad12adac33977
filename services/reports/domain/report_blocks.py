"""A report as a document: headings, tiles, charts and tables with their texts in one language, for
whoever draws them. HTML and PDF draw the same document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a text is meant; colour is never the only sign of it."""

    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"
    SOFT = "soft"


@dataclass(frozen=True)
class Text:
    """A text; `href` answers it anew, empty: nothing does."""

    text: str
    href: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Column:
    """A column of a table; `share` is its part of the width among those of the others."""

    title: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True)
class Section:
    """A row of a table that stands over those below it."""

    text: Text


@dataclass(frozen=True)
class TableBlock:
    """A table; `caption` says what it holds."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Text] | Section]


@dataclass(frozen=True)
class Tile:
    """A figure by itself, what it is, and what stands below it."""

    label: str
    value: Text
    note: Text


@dataclass(frozen=True)
class TilesBlock:
    """Figures side by side."""

    tiles: Sequence[Tile]


@dataclass(frozen=True)
class ChartBlock:
    """A chart as SVG; `title` and `description` are in it too."""

    title: str
    description: str
    svg: str


@dataclass(frozen=True)
class HeadingBlock:
    """The begin of a chapter."""

    text: str


@dataclass(frozen=True)
class ParagraphBlock:
    """Some sentences."""

    texts: Sequence[Text]


Block = TableBlock | TilesBlock | ChartBlock | HeadingBlock | ParagraphBlock


@dataclass(frozen=True)
class ReportDocument:
    """A whole document; `facts` are (label, text) pairs under the title."""

    language: str
    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
    footer: str

"""What a dashboard shows, before anything of Grafana's is made of it: panels with their queries, in
lines, in sections.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from floorpulse.board.domain.windows import Window
from grafana.texts import Language, Text, same

NO_WORDS = same("")
GREY = "#6e7681"


class Measure(Enum):
    """What a figure is measured in: Grafana's name of the unit, and decimals."""

    CONTACTS = "locale", 0
    SECONDS = "s", 1
    MILLISECONDS = "s", 3
    RATIO = "percentunit", 1
    POINTS = "none", 1
    COUNT = "none", 0
    A_SECOND = "ops", 1
    A_MINUTE = "cpm", 1
    BYTES = "bytes", 1
    CLOCK = "time:HH:mm:ss", 0
    AGO = "dateTimeFromNow", 0

    @property
    def unit(self) -> str:
        """Grafana's name of the unit."""
        return self.value[0]

    @property
    def decimals(self) -> int:
        """Digits behind the point."""
        return self.value[1]


@dataclass(frozen=True)
class Query:
    """A question to Prometheus; `name` is how a series is called, with labels in double braces, and
    `colour` fixes its colour.
    """

    expr: str
    name: Text = NO_WORDS
    colour: str | None = None
    dashed: bool = False


@dataclass(frozen=True)
class Word:
    """A value from `low` up to `high` is shown as a word, in a colour; None: without bound."""

    low: float | None
    high: float | None
    text: Text
    colour: str


@dataclass(frozen=True)
class Link:
    """A way from a panel to a page; `url` may name variables and fields, `spoken` is a page in both
    languages.
    """

    title: Text
    url: str
    spoken: bool = False

    def address(self, language: Language) -> str:
        """Where it leads readers of a language."""
        if not self.spoken:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}lang={language}"


@dataclass(frozen=True)
class Number:
    """Big numbers: the last value of each series, `filled` with the colour of the value, with its
    course as a `sparkline`, `named` where the series' name is a cue of its own.
    """

    filled: bool = False
    sparkline: bool = False
    named: bool = False
    stacked: bool = False
    steps: tuple[tuple[float | None, str], ...] = ((None, "blue"),)


@dataclass(frozen=True)
class Course:
    """Lines over time; `piled` one upon the other."""

    piled: bool = False


@dataclass(frozen=True)
class Bars:
    """A bar for each series' last value, from 0 to `most`."""

    most: float | None = None


@dataclass(frozen=True)
class Heat:
    """How many observations fell into which bucket, over time."""


@dataclass(frozen=True)
class States:
    """Which state each series was in, over time."""


class Cell(Enum):
    """How a column of a table is drawn."""

    PLAIN = "auto", None
    BAR = "gauge", "lcd"
    FILLED = "color-background", "basic"

    @property
    def of_old(self) -> str:
        """The name before Grafana 9.4."""
        return {Cell.PLAIN: "auto", Cell.BAR: "lcd-gauge", Cell.FILLED: "color-background-solid"}[
            self
        ]


@dataclass(frozen=True)
class Column:
    """A column of a table: the values of one query."""

    title: Text
    expr: str
    measure: Measure
    cell: Cell = Cell.PLAIN
    steps: tuple[tuple[float | None, str], ...] = ((None, "blue"),)
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Rows:
    """A table: a row for each set of `labels`, with a column each, then the columns of values; the
    first label leads to the page of the row.
    """

    labels: tuple[tuple[str, Text], ...]
    columns: tuple[Column, ...]
    link: Link


Form = Number | Course | Bars | Heat | States | Rows


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel: what it shows, what that means, what to do about it; `share` of its line's width,
    and the shortest `step` between two points of its course.
    """

    title: Text
    means: Text
    act: Text
    form: Form
    measure: Measure = Measure.COUNT
    queries: tuple[Query, ...] = ()
    words: tuple[Word, ...] = ()
    links: tuple[Link, ...] = ()
    share: int = 1
    step: str | None = None

    @property
    def asked(self) -> tuple[Query, ...]:
        """All its questions; a table's columns are some."""
        if isinstance(self.form, Rows):
            return tuple(Query(column.expr) for column in self.form.columns)
        return self.queries


def course(
    title: Text, means: Text, act: Text, measure: Measure, *queries: Query, link: Link
) -> Panel:
    """Lines over time; what is told a minute is told minute by minute."""
    return Panel(
        title=title,
        means=means,
        act=act,
        form=Course(),
        measure=measure,
        queries=queries,
        links=(link,),
        step="1m" if measure is Measure.A_MINUTE else None,
    )


@dataclass(frozen=True)
class Line:
    """Panels side by side, of one height in Grafana's units."""

    height: int
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Section:
    """Lines below a heading; once for each value of the variable `each`, where it is named."""

    title: Text
    lines: Sequence[Line]
    each: str | None = None


@dataclass(frozen=True)
class Board:
    """A dashboard: who reads it, which variables it has, what it shows.

    `slug` is the name of its file, and with `floorpulse-` before it the fixed uid;
    `window` is chosen at first, of the `windows` in which all that it asks is told.
    """

    slug: str
    title: Text
    reader: Text
    about: Text
    variables: Sequence[str]
    sections: Sequence[Section]
    window: Window = Window.M15
    windows: Sequence[Window] = tuple(Window)

    @property
    def panels(self) -> list[Panel]:
        """All panels, from the top."""
        return [
            panel for section in self.sections for line in section.lines for panel in line.panels
        ]

"""A dashboard as Grafana's JSON: its panels get their places and ids."""

from collections.abc import Iterator
from itertools import accumulate, count, pairwise

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.drawing import Drawn, drawn
from grafana.panels import Board, Line
from grafana.texts import Language
from grafana.variables import variable

WIDTH = 24
REFRESH = "5s"


def uid(board: Board, language: Language) -> str:
    """What Grafana knows the dashboard by."""
    suffix = "" if language is Language.EN else f"-{language}"
    return f"floorpulse-{board.slug}{suffix}"


def dashboard(board: Board, language: Language) -> str:
    """The dashboard as JSON for Grafana 9.3 and later."""
    one = (
        Dashboard(board.title.said(language))
        .uid(uid(board, language))
        .description(board.about.said(language))
        .tags(["floorpulse", language.value])
        .readonly()
        .refresh(REFRESH)
        .time("now-1h", "now")
        .timezone("browser")
    )
    for name in board.variables:
        one = one.with_variable(variable(name, language, board))
    number = count(1)
    for section in board.sections:
        row = Row(section.title.said(language)).id(next(number))
        one = one.with_row(row if section.each is None else row.repeat(section.each))
        for line in section.lines:
            for panel in _placed(line, language):
                one = one.with_panel(panel.id(next(number)))
    return JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False).encode(one.build()) + "\n"


def _placed(line: Line, language: Language) -> Iterator[Drawn]:
    """The panels of a line, of one height, that span the width by their shares."""
    shares = [panel.share for panel in line.panels]
    edges = [whole * WIDTH // sum(shares) for whole in accumulate(shares, initial=0)]
    for panel, (left, right) in zip(line.panels, pairwise(edges), strict=True):
        yield drawn(panel, language).span(right - left).height(line.height)

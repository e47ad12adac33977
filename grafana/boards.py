"""All dashboards, and the files that are written of them."""

from collections.abc import Iterator

from grafana.every_kpi import EVERY_KPI
from grafana.laying_out import dashboard
from grafana.panels import Board
from grafana.pipeline import PIPELINE
from grafana.quality import QUALITY
from grafana.queue import QUEUE
from grafana.supervisor import SUPERVISOR
from grafana.texts import Language
from grafana.wallboard import WALLBOARD

BOARDS: tuple[Board, ...] = (WALLBOARD, SUPERVISOR, QUEUE, QUALITY, PIPELINE, EVERY_KPI)
"""From the wall to the engine room"""


def files() -> Iterator[tuple[str, str]]:
    """Each dashboard in each language: the path below `grafana/dashboards`, and the text."""
    for board in BOARDS:
        yield f"{board.slug}.json", dashboard(board, Language.EN)
        yield f"zh/{board.slug}.json", dashboard(board, Language.ZH)

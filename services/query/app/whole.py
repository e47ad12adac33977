"""Every KPI of every tenant's whole floor as Prometheus metrics, and how busy each queue's agents are: the very rows of `GET /v1/kpis`."""

from collections.abc import Sequence

from services.board.domain.windows import Window
from services.contracts.kpis import CATALOGUE
from services.query.app.live import LiveFigures, LiveQuery
from services.query.domain.exposition import escaped
from services.query.domain.rows import LiveRow, Question
from services.query.domain.selection import By, Selection
from services.query.domain.terms import AS_IN_FORCE

EVERYTHING = Question(tuple(CATALOGUE.values()), AS_IN_FORCE)
OCCUPANCY = Question((CATALOGUE["occupancy"],), AS_IN_FORCE)
WINDOW = Window.M15
HEADS = {
    "contactcenter_kpi": "Each KPI of the catalogue over all queues of the tenant; units as in the catalogue, NaN where undefined.",
    "contactcenter_kpi_sample_size": "Its denominator, where it has one.",
    "contactcenter_occupancy_ratio": "Occupancy of the agents who serve the queue, in the window; one who serves two is in both.",
}


class WholeFloors:
    """Answers from the live figures."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live

    async def text(self) -> str:
        """The families of `HEADS` in the text format of Prometheus, for tenants that had contacts lately."""
        now = self._live.now()
        tenants = [tenant for tenant in self._live.board.tenants() if self._live.board.homes(tenant, now)]
        rows, queues = await self._rows(tenants, By.TOTAL, EVERYTHING), await self._rows(tenants, By.QUEUE, OCCUPANCY)
        values = [_sample("contactcenter_kpi", _of_floor(row), row.value) for row in rows]
        sizes = [_sample("contactcenter_kpi_sample_size", _of_floor(row), row.denominator) for row in rows if row.denominator is not None]
        busy = [_sample("contactcenter_occupancy_ratio", _of_queue(row), row.value) for row in queues]
        return "".join(_family(name, lines) for name, lines in zip(HEADS, (values, sizes, busy), strict=True))

    async def _rows(self, tenants: Sequence[str], by: By, question: Question) -> list[LiveRow]:
        return [row for tenant in tenants for row in await self._live.rows(LiveQuery(Selection(tenant, by=by), WINDOW, question))]


def _family(name: str, lines: list[str]) -> str:
    return f"# HELP {name} {HEADS[name]}\n# TYPE {name} gauge\n{''.join(lines)}"


def _of_floor(row: LiveRow) -> str:
    return f'tenant="{row.tenant}",kpi="{row.kpi}",window="{row.window}"'


def _of_queue(row: LiveRow) -> str:
    return f'tenant="{row.tenant}",queue="{escaped(row.queue or "")}",window="{row.window}"'


def _sample(name: str, labels: str, value: float | None) -> str:
    return f"{name}{{{labels}}} {'NaN' if value is None else value}\n"

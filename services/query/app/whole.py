"""Every KPI of every tenant's whole floor as Prometheus metrics: the very rows that `GET /v1/kpis?by=total` answers."""

from services.board.domain.windows import Window
from services.contracts.kpis import CATALOGUE
from services.query.app.live import LiveFigures, LiveQuery
from services.query.domain.rows import LiveRow, Question
from services.query.domain.selection import By, Selection
from services.query.domain.terms import AS_IN_FORCE

EVERYTHING = Question(tuple(CATALOGUE.values()), AS_IN_FORCE)
WINDOW = Window.M15
HEADS = {
    "contactcenter_kpi": "Each KPI of the catalogue over all queues of the tenant; units as in the catalogue, NaN where undefined.",
    "contactcenter_kpi_sample_size": "Its denominator, where it has one.",
}


class WholeFloors:
    """Answers from the live figures."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live

    async def text(self) -> str:
        """The families of `HEADS` in the text format of Prometheus, for tenants that had contacts lately."""
        now = self._live.now()
        tenants = [tenant for tenant in self._live.board.tenants() if self._live.board.homes(tenant, now)]
        rows = [row for tenant in tenants for row in await self._live.rows(LiveQuery(Selection(tenant, by=By.TOTAL), WINDOW, EVERYTHING))]
        values = [_sample("contactcenter_kpi", row, row.value) for row in rows]
        sizes = [_sample("contactcenter_kpi_sample_size", row, row.denominator) for row in rows if row.denominator is not None]
        return "".join(_family(name, lines) for name, lines in zip(HEADS, (values, sizes), strict=True))


def _family(name: str, lines: list[str]) -> str:
    return f"# HELP {name} {HEADS[name]}\n# TYPE {name} gauge\n{''.join(lines)}"


def _sample(name: str, row: LiveRow, value: float | None) -> str:
    return f'{name}{{tenant="{row.tenant}",kpi="{row.kpi}",window="{row.window}"}} {"NaN" if value is None else value}\n'

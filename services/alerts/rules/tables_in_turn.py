"""Rules that ask the tables, evaluated in the background once a minute, tenant after tenant.

evaluations   ├┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┼┤
the tables     ├── asks ──┤ taken in with the next        ├── asks ──
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.alerts.rules.evaluation import Evaluation
from floorpulse.alerts.rules.table_rules import TableRules
from floorpulse.figures.tenant_view import TenantView
from floorpulse.runtime.unavailable import StoreUnavailable

EVERY = 60.0
"""Seconds between two evaluations"""

log: BoundLogger = structlog.get_logger(__name__)


class TablesInTurn:
    """Begins an evaluation when it is time, and tells what one found that has ended."""

    def __init__(self, make: Callable[[str], TableRules], monotonic: Callable[[], float]) -> None:
        self._make = make
        self._monotonic = monotonic
        self._rules: dict[str, TableRules] = {}
        self._task: asyncio.Task[list[Evaluation]] | None = None
        self._next = monotonic()

    def turn(
        self, view: Callable[[str], TenantView], tenants: Sequence[str]
    ) -> Sequence[Evaluation]:
        """What was found since the last turn; a defect in it is raised."""
        if self._task is None and self._monotonic() >= self._next:
            self._next = self._monotonic() + EVERY
            self._task = asyncio.create_task(self._evaluate(view, tenants), name="table rules")
        if self._task is None or not self._task.done():
            return ()
        found = self._task.result()
        self._task = None
        return found

    async def _evaluate(
        self, view: Callable[[str], TenantView], tenants: Sequence[str]
    ) -> list[Evaluation]:
        found: list[Evaluation] = []
        for tenant in tenants:
            rules = self._rules.get(tenant)
            if rules is None:
                rules = self._rules[tenant] = self._make(tenant)
            try:
                found.append(await rules.evaluate(view(tenant)))
            except StoreUnavailable as away:
                log.warning("tables_not_read", tenant=tenant, error=str(away))
        return found

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

"""Queues that the definitions do not know are told to the operator once each: a typo in a feed, or
a queue that nobody has defined yet.
"""

import asyncio

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.figures.tenant_view import Floors

log: BoundLogger = structlog.get_logger(__name__)

EVERY = 10.0
"""Seconds between two looks"""
NAMED = 20
"""Queues that one line of the log names"""


class UnknownQueues:
    """What was told of each tenant; a queue that was defined meanwhile and is so no longer is told
    anew.
    """

    def __init__(self, floors: Floors) -> None:
        self._floors = floors
        self._told: dict[str, frozenset[str]] = {}

    def look(self) -> None:
        """Tell what is new on any tenant's floor."""
        for tenant in self._floors.board.names.tenants():
            unknown = self._floors.view(tenant).unknown_queues
            new = sorted(unknown - self._told.get(tenant, frozenset()))
            self._told[tenant] = unknown
            if new:
                log.warning(
                    "queues_not_defined", tenant=tenant, queues=new[:NAMED], number=len(new)
                )

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EVERY)

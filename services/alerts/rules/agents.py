"""Whose agents changed: the queues that they serve."""

from collections.abc import Collection

from floorpulse.board.domain.agents import Skills
from floorpulse.contracts.agents import StateNow
from floorpulse.figures.tenant_view import TenantView

EVERYBODY = None
"""Stands for all queues together"""


class AgentsByQueue:
    """How many agents were in which state when somebody last looked."""

    def __init__(self) -> None:
        self._changes = -1
        self._heads: dict[tuple[Skills, StateNow], int] = {}

    def changed(self, view: TenantView) -> Collection[str | None]:
        """The queues that any agent serves who came, went or changed since last time, as they are
        shown; `EVERYBODY` with them.
        """
        changes, heads = view.board.agents.heads(view.tenant, view.as_of)
        if changes == self._changes:
            return ()
        before = self._heads
        self._changes = changes
        self._heads = dict(heads)
        differing = before.items() ^ self._heads.items()
        names = view.board.names
        queues: set[str | None] = {
            names.shown(view.tenant, queue) for (skills, _), _ in differing for queue in skills
        }
        return queues | {EVERYBODY}

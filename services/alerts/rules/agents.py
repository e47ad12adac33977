"""Whose agents changed: the queues that they serve."""

from collections.abc import Collection

from floorpulse.figures.tenant_view import TenantView

EVERYBODY = None
"""Stands for all queues together"""


class AgentsByQueue:
    """Knows how many changes of agents there had been when somebody last looked."""

    def __init__(self) -> None:
        self._changes = 0

    def changed(self, view: TenantView, watched: Collection[str | None]) -> Collection[str | None]:
        """The queues that any agent serves who came, went or changed since last time, as they are
        shown; `EVERYBODY` with them. All that are `watched` where that is too long ago to tell.
        """
        agents = view.board.agents
        changes, _ = agents.heads(view.tenant, view.as_of)
        if changes == self._changes:
            return ()
        touched = agents.touched(view.tenant, self._changes)
        self._changes = changes
        if touched is None:
            return watched
        queues: set[str | None] = {
            view.board.names.shown(view.tenant, queue) for skills in touched for queue in skills
        }
        return queues | {EVERYBODY}

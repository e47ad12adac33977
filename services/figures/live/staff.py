"""Who is there by queue, made anew only when somebody changed."""

from functools import partial

from floorpulse.board.domain.board import Board
from floorpulse.figures.staff.by_queue import StaffByQueue, staff_of_heads


class LiveStaff:
    """The agents of a board's tenants by the queues they serve."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._known: dict[str, tuple[tuple[int, int], StaffByQueue]] = {}

    def by_queue(self, tenant: str, as_of: int) -> StaffByQueue:
        """How many of a tenant's agents are in which state, by the queues they serve; made anew
        only when one changed.
        """
        agents = self._board.agents
        changes, heads = agents.heads(tenant, as_of)
        names = self._board.names
        folded = len(names.folded(tenant))
        known = self._known.get(tenant)
        if known is not None and known[0] == (changes, folded):
            return known[1]
        touched = (
            agents.touched(tenant, known[0][0])
            if known is not None and not folded and not known[0][1]
            else None
        )
        staff = (
            staff_of_heads(heads, partial(names.shown, tenant) if folded else None)
            if known is None or touched is None
            else known[1].renewed(heads, touched)
        )
        self._known[tenant] = ((changes, folded), staff)
        return staff

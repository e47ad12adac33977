"""The floor as a caller may see it: whole, or what a contract covers, for a key limited to one."""

from floorpulse.access.keys import Credential
from floorpulse.board.domain.windows import Span
from floorpulse.figures.contract_limits import NO_QUEUES
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.timestamps import text
from floorpulse.query.app import Answering
from floorpulse.runtime.problems import Problem


def view_of(shared: Answering, caller: Credential) -> TenantView:
    """The floor now, as far as the caller may see it; problem 403 where a contract covers nothing
    of it.
    """
    view = shared.floors.seen_by(caller)
    if view.limits is not None and view.limits.queues == NO_QUEUES:
        detail = (
            f"The key is limited to the contract {view.contract}, which covers no queue: no "
            "definition of that id is in force. Ask whoever gave you the key."
        )
        raise Problem(403, "No contract in force", detail, contract=view.contract)
    return view


def live_view_of(shared: Answering, caller: Credential) -> TenantView:
    """The same for figures of now; problem 403 where the contract is over."""
    view = view_of(shared, caller)
    if view.until <= view.now:
        raise _over(view)
    return view


def seen(view: TenantView, span: Span) -> Span:
    """A span, all of which may be seen; problem 403 where it goes on after the contract."""
    if span.end > view.until:
        raise _over(view)
    return span


def _over(view: TenantView) -> Problem:
    detail = (
        f"The contract {view.contract} ends at {text(view.until, view.zone)}; ask for what was "
        "before, with `to` up to then"
    )
    return Problem(403, "Beyond the contract", detail, contract=view.contract)

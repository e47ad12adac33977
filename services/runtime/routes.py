"""What all routes do alike: each thing is said once, and a server that is away is a 503."""

from fastapi import Request, Response

from floorpulse.runtime.problems import Problem
from floorpulse.runtime.request_body import Handler
from floorpulse.runtime.unavailable import LogUnavailable, StoreSlow, StoreUnavailable

RETRY_AFTER = {"Retry-After": "2"}
RETRY_LATER = {"Retry-After": "30"}
SMALLER = (
    "Ask for a shorter span, fewer queues or a coarser interval. The operator may raise "
    "FLOORPULSE_API__STATEMENT_SECONDS; where small"
    " questions take long too, the database is busy or lacks statistics (ANALYZE)."
)


def refuse_repeated(request: Request) -> None:
    """Problem 422 where a parameter comes twice: FastAPI would heed the last and leave the others
    out.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        detail = (
            f"given more than once: {', '.join(twice)}; give each parameter once, several "
            f"names in one list: {twice[0]}=a,b"
        )
        raise Problem(422, "Repeated parameter", detail)


async def available(answer: Handler, request: Request) -> Response:
    """The answer; problem 503 where PostgreSQL or Kafka did not give what it needs."""
    try:
        return await answer(request)
    except StoreSlow as ended:
        raise Problem(503, "Query timed out", f"{ended}. {SMALLER}", headers=RETRY_LATER) from ended
    except (StoreUnavailable, LogUnavailable) as away:
        title = "Kafka unavailable" if isinstance(away, LogUnavailable) else "Database unavailable"
        detail = f"{away}. Nothing is lost; try again."
        raise Problem(503, title, detail, headers=RETRY_AFTER) from away

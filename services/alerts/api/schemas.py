"""How answers about alerts are described: types that have a namesake elsewhere get another name."""

from floorpulse.alerts.domain.reasons import Reason
from floorpulse.runtime import answers
from floorpulse.runtime.answers import SUCCESS, Responses

PUBLISHED: dict[type, str] = {Reason: "AlertReason"}
"""Names that generated clients know these types by"""


def answering(body: type, status: int = 200, description: str = SUCCESS) -> Responses:
    """The `responses` of a route that answers with `body`."""
    return answers.answering(body, status, description, PUBLISHED)

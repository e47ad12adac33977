"""`/alerts/act/{token}`: the links of messages.

Opening one shows a button, only pressing it acts: a chat's preview or a mail scanner opens links
too.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from floorpulse.alerts.api import act_page
from floorpulse.alerts.api.answering import AlertsAnswering
from floorpulse.alerts.api.bodies import queue_names
from floorpulse.alerts.api.link_use import LinkUse, NotFollowed
from floorpulse.alerts.api.measured import AlertRoute, Alerts
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.links import LinkClaims
from floorpulse.definitions.domain.names import name_in
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.runtime.problems import Problem, described

HTML = "text/html; charset=utf-8"
STATUS = {
    NotFollowed.FORGED: 404,
    NotFollowed.GONE: 404,
    NotFollowed.EXPIRED: 410,
    NotFollowed.USED: 410,
    NotFollowed.OVER: 410,
}
Token = Annotated[str, Path(max_length=2000, description="of a message", examples=["eyJpZCI6…"])]
PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page for people", "content": {"text/html": {}}},
    **described(404, 410),
}
for status in (404, 410):
    PAGE[status]["content"]["text/html"] = {}

router = APIRouter(route_class=AlertRoute, tags=["alerts"])


@router.get(
    "/alerts/act/{token}",
    response_class=Response,
    responses={**described(422, 503), **PAGE},
    summary="What a message's link asks",
)
async def link(request: Request, parts: Alerts, token: Token) -> Response:
    """The page with the button; nothing happens by opening it."""
    found = await _links(parts).read(token)
    if isinstance(found, NotFollowed):
        return _refused(_of_browser(request), found)
    incident = await parts.incidents.incident(found.tenant, found.incident)
    language = _language(parts, found)
    if incident is None:
        return _refused(language, NotFollowed.GONE)
    return _page(act_page.asking(language, _about(parts, incident, language)))


@router.post(
    "/alerts/act/{token}",
    response_class=Response,
    responses={**described(400, 408, 413, 415, 422, 503), **PAGE},
    summary="Acknowledge by a message's link",
)
async def follow_link(request: Request, parts: Alerts, token: Token) -> Response:
    """Acknowledge as the receiver of the message; the link is used up."""
    links = _links(parts)
    found = await links.read(token)
    if isinstance(found, NotFollowed):
        return _refused(_of_browser(request), found)
    language = _language(parts, found)
    after = await links.follow(found)
    if isinstance(after, NotFollowed):
        return _refused(language, after)
    return _page(act_page.done(language, _about(parts, after, language)))


def _links(parts: AlertsAnswering) -> LinkUse:
    if parts.links is None:
        detail = (
            "The operator set no secret for links of messages: set FLOORPULSE_ALERTS__LINK_SECRET."
        )
        raise Problem(503, "Links disabled", detail)
    return parts.links


def _language(parts: AlertsAnswering, claims: LinkClaims) -> str:
    view = parts.floors.view(claims.tenant)
    known = OnCallInForce(view.known.at(view.now)).receivers.get(claims.receiver)
    return "en" if known is None else known.body.language


def _of_browser(request: Request) -> str:
    return "zh" if request.headers.get("accept-language", "").startswith("zh") else "en"


def _about(parts: AlertsAnswering, incident: Incident, language: str) -> str:
    """The rule and the queue, as people call them."""
    view = parts.floors.view(incident.subject.tenant)
    named = dict(zip(("en", "zh"), queue_names(view, incident.subject.queue), strict=True))
    rule = name_in(language, incident.names, incident.subject.rule)
    queue = named[language]
    return rule if queue is None else f"{rule} · {queue}"


def _refused(language: str, why: NotFollowed) -> Response:
    return _page(act_page.refused(language, why), STATUS[why])


def _page(text: str, status: int = 200) -> Response:
    return Response(text, status, headers=act_page.PAGE_HEADERS, media_type=HTML)

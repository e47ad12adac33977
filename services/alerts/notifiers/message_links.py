"""The addresses that messages name: the button that acknowledges, the incident, the wall."""

from urllib.parse import quote

from floorpulse.alerts.domain.links import LinkAction, LinkClaims, link_id, make_link
from floorpulse.alerts.domain.messages.compose import Links
from floorpulse.alerts.domain.notices import NoticeKey, NoticeKind
from floorpulse.alerts.notifiers.settings import ChannelSettings

TO_ACT_ON = frozenset({NoticeKind.OPENED, NoticeKind.REASSIGNED})
"""What asks somebody to acknowledge"""


def links_of(settings: ChannelSettings, key: NoticeKey, tenant: str, created_at: int) -> Links:
    """The links of a notice; none where the service's public address is not set.

    They expire by the notice's `created_at` (epoch milliseconds), so that a notice that is sent
    twice has the same link.
    """
    public = settings.public_url
    if public is None:
        return Links()
    acknowledge = None
    if settings.link_secret is not None and key.kind in TO_ACT_ON:
        token = _token(settings, settings.link_secret.get_secret_value(), key, tenant, created_at)
        acknowledge = f"{public}/alerts/act/{token}"
    return Links(
        acknowledge=acknowledge,
        alert=f"{public}/alerts?incident={quote(key.incident)}",
        wall=f"{public}/wallboard",
    )


def _token(
    settings: ChannelSettings, secret: str, key: NoticeKey, tenant: str, created_at: int
) -> str:
    claims = LinkClaims(
        id=link_id(secret, str(key), LinkAction.ACKNOWLEDGE),
        tenant=tenant,
        incident=key.incident,
        receiver=key.target.partition("/")[0],
        action=LinkAction.ACKNOWLEDGE,
        expires_at=created_at + settings.link_seconds * 1000,
    )
    return make_link(secret, claims)

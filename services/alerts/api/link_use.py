"""Links of messages: what one says, and using it up.

A link acknowledges once. The act comes before the note that it was used: a server that dies in
between leaves a link that could be used again, rather than one that is used up and did nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from floorpulse.alerts.domain.acknowledging import Acknowledge, Refused
from floorpulse.alerts.domain.incidents import Incident
from floorpulse.alerts.domain.links import LinkClaims, LinkRefusal, read_link
from floorpulse.alerts.incidents.desk import Desk, UnknownIncident


class UsedLinks(Protocol):
    """Which links were used; `StoreUnavailable` where PostgreSQL does not answer."""

    async def used(self, id: str) -> bool:  # noqa: A002
        """Whether a link was used."""
        ...

    async def use(self, id: str, at: int) -> None:  # noqa: A002
        """The link is used from now on."""
        ...


class NotFollowed(StrEnum):
    """Why a link does nothing."""

    FORGED = "forged"
    EXPIRED = "expired"
    USED = "used"
    GONE = "gone"
    """Its incident is not there"""
    OVER = "over"
    """Its incident is resolved"""


REFUSED = {LinkRefusal.FORGED: NotFollowed.FORGED, LinkRefusal.EXPIRED: NotFollowed.EXPIRED}


@dataclass(frozen=True)
class LinkUse:
    """Reads links that are signed with `secret`; `now` is the wall clock, epoch milliseconds."""

    secret: str
    used: UsedLinks
    desk: Desk
    now: Callable[[], int]

    async def read(self, token: str) -> LinkClaims | NotFollowed:
        """What a link says, where it can still be used."""
        found = read_link(self.secret, token, self.now())
        if isinstance(found, LinkRefusal):
            return REFUSED[found]
        return NotFollowed.USED if await self.used.used(found.id) else found

    async def follow(self, claims: LinkClaims) -> Incident | NotFollowed:
        """Acknowledge as the link's receiver, and use the link up."""
        try:
            after = await self.desk.act(
                claims.tenant, claims.incident, Acknowledge(), claims.receiver
            )
        except UnknownIncident:
            return NotFollowed.GONE
        await self.used.use(claims.id, self.now())
        return NotFollowed.OVER if isinstance(after, Refused) else after

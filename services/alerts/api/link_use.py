"""Links of messages: what one says, and using it up, once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from floorpulse.alerts.domain.links import LinkClaims, LinkRefusal, read_link


class UsedLinks(Protocol):
    """Which links were used; `StoreUnavailable` where PostgreSQL does not answer."""

    async def used(self, id: str) -> bool:  # noqa: A002
        """Whether a link was used."""
        ...

    async def use(self, id: str, at: int) -> bool:  # noqa: A002
        """Use a link up; False where it was used before."""
        ...


@dataclass(frozen=True)
class LinkUse:
    """Reads links that are signed with `secret`; `now` is the wall clock, epoch milliseconds."""

    secret: str
    used: UsedLinks
    now: Callable[[], int]

    def read(self, token: str) -> LinkClaims | LinkRefusal:
        """What a link says, used or not."""
        return read_link(self.secret, token, self.now())

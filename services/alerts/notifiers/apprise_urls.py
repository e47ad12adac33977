"""Anything that the library apprise can reach; whether a message arrived is not known.

The library says whether it had no error, which for some services is so even where they refused the
message; each delivery is therefore `unconfirmed`. It is an extra (`pip install
floorpulse[apprise]`), makes its own connections, which the guard does not see, and is refused for
DingTalk's signed robot, whose signature it encodes twice: DingTalk is a channel of its own.
https://github.com/caronc/apprise
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol
from urllib.parse import urlsplit

from floorpulse.alerts.domain.messages.cut import Layout, as_text
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.transport import StillOurs

LAYOUT = Layout(2000)
INSTALL = "the library apprise is not installed: pip install 'floorpulse[apprise]'"
UNCONFIRMED = "handed to apprise, which had no error; whether it arrived is not known"


class Library(Protocol):
    """What of the library is used: one object that holds addresses."""

    def add(self, servers: str) -> bool:
        """Take an address; False where the library does not know its kind."""
        ...

    def notify(self, body: str, title: str) -> bool | None:
        """Send to all addresses, one after the other; False where one had an error."""
        ...


@dataclass(frozen=True)
class AppriseAddress:
    """An address in the library's own form, `kind://…`."""

    url: str
    library: Callable[[], Library | None]
    within: float

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Hand it to the library, in a thread: it waits for the network."""
        library = self._ready()
        if isinstance(library, str):
            return Delivery(Verdict.PERMANENT, library)
        if not still_ours():
            return Delivery(Verdict.GIVEN_UP, "another replica acts now; nothing was sent")
        try:
            async with asyncio.timeout(self.within):
                sent = await asyncio.to_thread(
                    library.notify, body=as_text(message, LAYOUT), title=message.title
                )
        except TimeoutError:
            return Delivery(Verdict.TRANSIENT, f"apprise was not done within {self.within:g} s")
        if sent:
            return Delivery(Verdict.UNCONFIRMED, UNCONFIRMED)
        return Delivery(Verdict.TRANSIENT, "apprise had an error; its own log says which")

    def _ready(self) -> Library | str:
        """The library with the address; else why not."""
        refused = refusal(self.url)
        if refused is not None:
            return refused
        library = self.library()
        if library is None:
            return INSTALL
        known = library.add(self.url)
        return library if known else "apprise does not know this kind of address"


def refusal(url: str) -> str | None:
    """Why an address is not handed to the library; None where it may be."""
    parts = urlsplit(url)
    if parts.scheme == "dingtalk" and parts.username:
        return (
            "apprise encodes the signature of a DingTalk robot twice, so the robot refuses every "
            "message: give the receiver `dingtalk:` instead"
        )
    return None


def installed() -> Library | None:
    """The library, where it is installed."""
    try:
        library = import_module("apprise")
    except ModuleNotFoundError:
        return None
    made: Library = library.Apprise()
    return made

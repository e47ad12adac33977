"""Text messages: one request a number, whoever the vendor is.

A receiver may have several numbers. Those that a vendor took are remembered by the notice's key, so
that a repeat goes only to the others; after a restart of the process it goes to all again.
"""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from floorpulse.alerts.domain.messages.cut import shortened
from floorpulse.alerts.domain.notices import Delivery, Message, Verdict
from floorpulse.alerts.notifiers.transport import StillOurs

REMEMBERED = 10_000
"""Notices whose numbers are remembered"""


class SmsVendor(Protocol):
    """One vendor's account."""

    async def text(self, number: str, message: Message, still_ours: StillOurs) -> Delivery:
        """Send a message to one number (E.164)."""
        ...


class TakenNumbers:
    """Which numbers a vendor took, by notice."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = {}

    def of(self, key: str) -> set[str]:
        """The numbers of a notice, to be added to; the oldest notice is forgotten."""
        if key not in self._taken and len(self._taken) >= REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return self._taken.setdefault(key, set())


class TextMessages:
    """The numbers of one receiver."""

    def __init__(self, vendor: SmsVendor, to: tuple[str, ...], taken: TakenNumbers) -> None:
        self._vendor = vendor
        self._to = to
        self._taken = taken

    async def send(self, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it to all numbers that did not have it yet, side by side."""
        taken = self._taken.of(message.key)
        missing = [number for number in self._to if number not in taken]
        deliveries = await asyncio.gather(
            *(self._one(number, message, still_ours) for number in missing)
        )
        given_up = [one for one in deliveries if one.verdict is Verdict.GIVEN_UP]
        if given_up:
            return given_up[0]
        said = zip(missing, deliveries, strict=True)
        refused = {number: one for number, one in said if one.verdict is not Verdict.ACCEPTED}
        return together(len(taken), refused)

    async def _one(self, number: str, message: Message, still_ours: StillOurs) -> Delivery:
        """Send it to a number; that it was taken is remembered at once, whatever others do."""
        delivery = await self._vendor.text(number, message, still_ours)
        if delivery.verdict is Verdict.ACCEPTED:
            self._taken.of(message.key).add(number)
        return delivery


def together(taken: int, refused: Mapping[str, Delivery]) -> Delivery:
    """What the numbers' deliveries are as one: to be tried again while one of them may be; else
    accepted where anybody has it.
    """
    said = ", ".join(f"{_masked(number)}: {one.said}" for number, one in refused.items())
    passing = [one for one in refused.values() if one.verdict is Verdict.TRANSIENT]
    if passing:
        pauses = [one.retry_after for one in passing if one.retry_after is not None]
        return Delivery(Verdict.TRANSIENT, said, min(pauses, default=None))
    if not taken:
        return Delivery(Verdict.PERMANENT, said)
    return Delivery(Verdict.ACCEPTED, said or "accepted")


def _masked(number: str) -> str:
    """A number of which only the end is told."""
    return f"…{number[-4:]}"


def parameter(message: Message, name: str, most: int) -> str:
    """A variable of a template: one of the parts of a message, cut to so many characters.

    Vendors in mainland China take no addresses in variables, and no empty ones.
    """
    return shortened(message.short.get(name) or "-", most, len, "")

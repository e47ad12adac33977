"""What the library apprise is handed, and what is made of its answer."""

import asyncio
from threading import Event

import pytest

from floorpulse.alerts.domain.notices import Verdict
from floorpulse.alerts.notifiers.apprise_urls import INSTALL, AppriseAddress, refusal
from tests.fakes.alerts import message


class Library:
    """Knows `known://` and answers as it is told."""

    def __init__(self, *, answer: bool, held: Event | None = None) -> None:
        self.answer = answer
        self.told: list[tuple[str, str]] = []
        self._held = held

    def add(self, servers: str) -> bool:
        return servers.startswith("known://")

    def notify(self, body: str, title: str) -> bool:
        if self._held is not None:
            self._held.wait()
        self.told.append((title, body))
        return self.answer


def address(library: Library | None, url: str = "known://x") -> AppriseAddress:
    return AppriseAddress(url, lambda: library, 5)


async def test_a_message_without_an_error_is_unconfirmed() -> None:
    library = Library(answer=True)
    delivery = await address(library).send(message(), lambda: True)
    assert delivery.verdict is Verdict.UNCONFIRMED
    ((title, body),) = library.told
    assert title == "Critical: Service level low, Orders (voice): 72.4%"
    assert body.endswith("Acknowledge: https://floor.example.org/alerts/act/abc")


async def test_an_error_is_tried_again() -> None:
    delivery = await address(Library(answer=False)).send(message(), lambda: True)
    assert delivery.verdict is Verdict.TRANSIENT


async def test_without_the_lease_nothing_is_handed_over() -> None:
    library = Library(answer=True)
    delivery = await address(library).send(message(), lambda: False)
    assert (delivery.verdict, library.told) == (Verdict.GIVEN_UP, [])


async def test_a_library_that_hangs_is_given_up_in_time() -> None:
    held = Event()
    one = AppriseAddress("known://x", lambda: Library(answer=True, held=held), 0.01)
    delivery = await one.send(message(), lambda: True)
    held.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert delivery.verdict is Verdict.TRANSIENT
    assert delivery.said == "apprise was not done within 0.01 s"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (address(None), INSTALL),
        (address(Library(answer=True), "other://x"), "does not know this kind"),
        (address(Library(answer=True), "dingtalk://SECabc@token"), "`dingtalk:` instead"),
    ],
)
async def test_what_cannot_be_handed_over_is_permanent(one: AppriseAddress, said: str) -> None:
    delivery = await one.send(message(), lambda: True)
    assert delivery.verdict is Verdict.PERMANENT
    assert said in delivery.said


def test_only_a_signed_robot_of_dingtalk_is_refused() -> None:
    assert refusal("dingtalk://token") is None
    assert refusal("json://user@localhost") is None
    assert refusal("dingtalk://SECabc@token/13800000000")

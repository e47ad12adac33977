"""Bridges as a whole: settings that cannot be, and a defect that must not end the others."""

import asyncio

import pytest
from pydantic import ValidationError

from floorpulse.alerts.bridges.settings import BridgeSettings
from floorpulse.alerts.bridges.wiring import kept_up


def test_an_address_of_alertmanager_without_http_is_refused_with_what_to_write() -> None:
    with pytest.raises(ValidationError, match="write http://host:9093"):
        BridgeSettings.model_validate({"alertmanager_url": "alertmanager:9093"})


def test_an_address_with_a_password_is_not_shown() -> None:
    url = "https://user:word@alertmanager:9093"
    settings = BridgeSettings.model_validate({"alertmanager_url": url})

    assert "word" not in repr(settings)


async def test_a_bridge_that_fails_begins_again() -> None:
    begun: list[int] = []
    third = asyncio.Event()

    async def bridge() -> None:
        begun.append(len(begun))
        if len(begun) == 3:
            third.set()
            await asyncio.Event().wait()
        raise ValueError(begun)

    running = asyncio.create_task(kept_up("a bridge", bridge, pause=0))
    await third.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert begun == [0, 1, 2]

"""Puts the channels together: transport, clock, certificates, secrets."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex

import httpx

from floorpulse.alerts.notifiers.rates import Rates
from floorpulse.alerts.notifiers.registry import Channels, Outside
from floorpulse.alerts.notifiers.secret_store import SecretStore
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.transport import TimeLimits, Transport, World, looked_up
from floorpulse.runtime.clock import monotonic, now_ms

NONCE_BYTES = 16


@asynccontextmanager
async def opened_channels(settings: ChannelSettings) -> AsyncIterator[Channels]:
    """The channels of this process, as long as they are needed; OSError where `ca_file` cannot be
    read.
    """
    trusted = trusted_certificates(settings)
    transport = Transport(
        settings.guard(),
        Rates(monotonic),
        TimeLimits(settings.connect_seconds, settings.send_seconds),
        trusted,
        World(now_ms, looked_up),
        settings.outward(),
    )
    outside = Outside(transport, now_ms, lambda: token_hex(NONCE_BYTES), trusted)
    try:
        yield Channels(settings, SecretStore.of(settings), outside)
    finally:
        await transport.close()


def trusted_certificates(settings: ChannelSettings) -> ssl.SSLContext:
    """The usual authorities, and those of `ca_file`."""
    context = httpx.create_ssl_context()
    if settings.ca_file is not None:
        context.load_verify_locations(cafile=settings.ca_file)
    return context

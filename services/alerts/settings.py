"""What an operator of the alerts service may set."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from floorpulse.alerts.bridges.settings import BridgeSettings
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.watch.settings import WatchSettings
from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.runtime.settings import Settings


def _address(value: str | None) -> str | None:
    if value is not None and not value.startswith(("https://", "http://")):
        message = f"an address such as https://host/path is needed, not {value!r}"
        raise ValueError(message)
    return value


def _secret_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        try:
            _address(value.get_secret_value())
        except ValueError as wrong:
            message = "an address such as https://host/path is needed"
            raise ValueError(message) from wrong
    return value


class AlertsSettings(ChannelSettings, BridgeSettings):
    """How alerts are judged, kept and told. `FLOORPULSE_ALERTS__…`"""

    host: str = Field(
        "127.0.0.1",
        description="address to listen on; another than loopback shows incidents to the network, "
        "keys still needed",
    )
    port: int = Field(8002, ge=0, le=65_535, description="port to listen on")
    open_tenant: str | None = Field(
        None,
        description="tenant whose alerts callers on loopback may read without a key: for a demo "
        "on a laptop only",
    )
    open_acts: bool = Field(
        False,
        description="whether callers on loopback may also acknowledge without a key, from the page "
        "itself only: for a demo on a laptop only",
    )
    session_secret: SecretStr | None = Field(
        None, description="signs the cookie of pages, as FLOORPULSE_API__SESSION_SECRET does"
    )
    stale_seconds: float = Field(
        10,
        gt=1,
        description="seconds that a partition may be silent or behind before rules stand still "
        "and staleness fires",
    )
    silence_seconds: float = Field(
        900,
        ge=0,
        description="silence of a source, far longer than usual, after which rules of queues it "
        "feeds stand still; 0: never",
    )
    heartbeat_url: Annotated[SecretStr | None, AfterValidator(_secret_address)] = Field(
        None,
        description="called every minute while evaluation, timers and auditor are well: an "
        "outside switch that alarms where it is not called; unset: none",
    )


class AlertsProcessSettings(Settings):
    """All settings of `floorpulse alerts`."""

    alerts: AlertsSettings = AlertsSettings()
    watch: WatchSettings = WatchSettings()
    definitions: DefinitionsSettings = DefinitionsSettings()

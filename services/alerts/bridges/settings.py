"""What an operator may set about bridges; a part of the group of the alerts service."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr


def _http_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("http://", "https://")):
        message = "it does not begin with http:// or https://: write http://host:9093"
        raise ValueError(message)
    return value


class BridgeSettings(BaseModel):
    """Alertmanager and the topic `alert-events`. `FLOORPULSE_ALERTS__…`"""

    alertmanager_url: Annotated[SecretStr, AfterValidator(_http_url)] | None = Field(
        None,
        description="address of an Alertmanager that is told of open incidents, and asked for the "
        "alerts that its webhook told; http://user:password@host:9093; unset: neither",
    )
    alertmanager_escalation: str | None = Field(
        None,
        description="escalation policy of alerts that Alertmanager tells without naming one; "
        "unset: the tenant's",
    )
    alertmanager_look_seconds: float = Field(
        60,
        ge=0,
        description="how often the alerts that were told are held against those that Alertmanager "
        "has; 0: never, for several Alertmanagers that tell each its own",
    )
    alertmanager_settled_seconds: float = Field(
        300,
        ge=0,
        description="how long Alertmanager must have run before an alert that it does not have "
        "counts as over; longer than Prometheus takes to tell everything again",
    )
    alert_events: bool = Field(
        True, description="publish every change of incidents in the topic alert-events"
    )

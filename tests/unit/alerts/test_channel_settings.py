"""Settings of channels that cannot be used are told, and no secret with them."""

import pytest
from pydantic import ValidationError

from floorpulse.access.error_messages import about_settings
from floorpulse.alerts.settings import AlertsProcessSettings


def told(**fields: object) -> str:
    with pytest.raises(ValidationError) as wrong:
        AlertsProcessSettings.model_validate({"alerts": fields})
    return "\n".join(about_settings(wrong.value, AlertsProcessSettings))


def test_a_secret_that_is_too_short_is_not_repeated() -> None:
    said = told(link_secret="only-a-few")  # noqa: S106  too short to be one
    assert said.startswith("FLOORPULSE_ALERTS__LINK_SECRET: ")
    assert "only-a-few" not in said


def test_secrets_that_are_no_object_are_not_repeated() -> None:
    said = told(secrets="https://hook.example/secret")
    assert said.startswith("FLOORPULSE_ALERTS__SECRETS: ")
    assert "hook.example" not in said


@pytest.mark.parametrize("proxy", ["floor:a-password@proxy:3128", "socks5://proxy", "http://"])
def test_a_proxy_that_is_none_is_told_and_its_password_is_not(proxy: str) -> None:
    said = told(proxy=proxy)
    assert said.startswith("FLOORPULSE_ALERTS__PROXY: an address such as http://proxy.example.org")
    assert "a-password" not in said


@pytest.mark.parametrize(
    ("name", "value", "variable"),
    [
        ("smtp_tls", "maybe", "FLOORPULSE_ALERTS__SMTP_TLS"),
        ("allowed_networks", ["10.0.0.1/8"], "FLOORPULSE_ALERTS__ALLOWED_NETWORKS"),
        ("alibaba_parameters", ["queue"], "FLOORPULSE_ALERTS__ALIBABA_PARAMETERS"),
        ("send_seconds", 60, "FLOORPULSE_ALERTS__SEND_SECONDS"),
        ("public_url", "floor", "FLOORPULSE_ALERTS__PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_is_told_by_its_variable(name: str, value: object, variable: str) -> None:
    assert told(**{name: value}).startswith(variable)

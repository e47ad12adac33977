"""Settings of ingest."""

import pytest
from pydantic import ValidationError

from floorpulse.ingest.settings import IngestGroup, IngestSettings

KEY = {"name": "2026a", "secret": "s" * 32}


def test_without_a_customer_key_ingest_refuses_to_start_and_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FLOORPULSE_INGEST__CUSTOMER_KEYS", raising=False)
    with pytest.raises(ValidationError, match="FLOORPULSE_INGEST__CUSTOMER_KEYS"):
        IngestSettings()


def test_keys_come_from_the_environment_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = '{"name": "b", "secret": "' + "b" * 32 + '"}'
    older = '{"name": "a", "secret": "' + "a" * 32 + '"}'
    monkeypatch.setenv("FLOORPULSE_INGEST__CUSTOMER_KEYS", f"[{newest}, {older}]")
    assert [key.name for key in IngestSettings().ingest.customer_keys] == ["b", "a"]


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="same name"):
        IngestGroup.model_validate({"customer_keys": [KEY, KEY]})


@pytest.mark.parametrize("bounds", [{"max_in_flight_events": 10}, {"max_in_flight_bytes": 2048}])
def test_one_full_request_must_never_be_an_overload(bounds: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="room for one request"):
        IngestGroup.model_validate({"customer_keys": [KEY]} | bounds)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="32"):
        IngestGroup.model_validate({"customer_keys": [{"name": "a", "secret": "short"}]})

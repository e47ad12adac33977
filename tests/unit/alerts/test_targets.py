"""Targets of receivers, and secrets by name."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from floorpulse.alerts.domain.targets import Way, target_of, targets_of, ways_of
from floorpulse.alerts.notifiers.secret_store import NoSecret, SecretStore
from floorpulse.alerts.notifiers.settings import ChannelSettings
from floorpulse.alerts.notifiers.sms import REMEMBERED, TakenNumbers, parameter
from floorpulse.definitions.domain.receiver_terms import (
    EmailChannel,
    ReceiverBody,
    RobotChannel,
    SmsChannel,
)
from tests.fakes.alerts import message


def test_each_way_to_reach_a_receiver_is_a_target_of_its_own() -> None:
    zhang = ReceiverBody(
        id="zhang",
        names={"en": "Zhang"},
        sms=SmsChannel(vendor="twilio", to=["+8613800000000"]),
        email=EmailChannel(to=["zhang@example.org"]),
        dingtalk=RobotChannel(url="robot"),
        screen=True,
    )
    assert targets_of(zhang) == ("zhang/screen", "zhang/dingtalk", "zhang/email", "zhang/sms")
    assert target_of("zhang", Way.SMS) == "zhang/sms"


def test_a_receiver_without_a_way_has_no_target() -> None:
    assert targets_of(ReceiverBody(id="nobody", names={"en": "Nobody"})) == ()


def test_every_way_is_a_field_of_the_definition() -> None:
    assert {str(way) for way in Way} <= set(ReceiverBody.__struct_fields__)
    others = {"id", "names", "language", "user", "screen", "valid_from", "description"}
    assert set(ReceiverBody.__struct_fields__) - {str(way) for way in Way} <= others
    assert ways_of(ReceiverBody(id="x", names={"en": "X"}, screen=True)) == (Way.SCREEN,)


def test_a_secret_comes_from_the_setting_and_else_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "robot").write_text(" https://hook.example/1 \n", "utf-8")
    (tmp_path / "both").write_text("of the file", "utf-8")
    given = {"both": SecretStr("of the setting")}
    store = SecretStore.of(ChannelSettings(secrets=given, secrets_dir=tmp_path))
    assert store.secret("robot") == "https://hook.example/1"
    assert store.secret("both") == "of the setting"


def test_a_secret_that_changes_is_read_anew(tmp_path: Path) -> None:
    store = SecretStore({}, tmp_path)
    for text in ("first", "second"):
        (tmp_path / "robot").write_text(text, "utf-8")
        assert store.secret("robot") == text


def test_a_secret_that_is_missing_says_where_to_put_it(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", "utf-8")
    (tmp_path / "broken").write_bytes(b"\xff")
    for store in (SecretStore({}, None), SecretStore({}, tmp_path)):
        for name in ("robot", "empty", "broken"):
            with pytest.raises(NoSecret, match="FLOORPULSE_ALERTS__SECRETS"):
                store.secret(name)


def test_secrets_are_not_told_by_what_holds_them() -> None:
    settings = ChannelSettings(secrets={"robot": SecretStr("https://hook.example/1")})
    assert "hook.example" not in repr(settings)
    assert "hook.example" not in repr(SecretStore.of(settings)._given)


def test_a_variable_of_a_template_is_short_and_never_empty() -> None:
    assert parameter(message(), "where", 6) == "Orders"
    assert parameter(message(short={"value": ""}), "value", 6) == "-"
    assert parameter(message(), "unknown", 6) == "-"


def test_numbers_of_notices_long_ago_are_forgotten() -> None:
    taken = TakenNumbers()
    taken.of("first").add("+8613800000000")
    assert taken.of("first") == {"+8613800000000"}
    for number in range(REMEMBERED):
        taken.of(str(number))
    assert taken.of("first") == set()


def test_an_account_without_its_secret_is_none() -> None:
    half = ChannelSettings(twilio_account="AC1", alibaba_key_id="id", tencent_secret_id="id")  # noqa: S106  an id
    accounts = (half.twilio(), half.alibaba(), half.tencent(), half.mail())
    assert accounts == (None, None, None, None)

"""Where messages may go. Addresses are those that documentation reserves, where one will do."""

from ipaddress import ip_network

import pytest

from floorpulse.alerts.notifiers.guard import Guard
from floorpulse.alerts.notifiers.settings import ChannelSettings

PUBLIC = "8.8.8.8"
GUARD = Guard()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.1",
        "0.0.0.0",  # noqa: S104  an address that is refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:808:808::1",
        "2001:0:808:808::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert GUARD.refusal("https", "hook.example", [address])
    assert GUARD.refusal("https", "hook.example", [PUBLIC, address])
    assert GUARD.refusal("https", "hook.example", [address, PUBLIC])


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700:4700::1111"])
def test_a_public_address_is_allowed_by_https_only(address: str) -> None:
    assert GUARD.refusal("https", "hook.example", [address]) is None
    for scheme in ("http", "ftp", "file", ""):
        assert GUARD.refusal(scheme, "hook.example", [address])


def test_a_refusal_says_what_the_host_leads_to_and_what_to_do() -> None:
    assert GUARD.refusal("https", "hook.example", ["169.254.169.254"]) == (
        "hook.example leads to 169.254.169.254, an address of the local link, where clouds keep "
        "their metadata; an operator who means it allows the host or its network"
    )
    assert "this machine itself" in str(GUARD.refusal("https", "h", ["127.0.0.1"]))
    assert "not public" in str(GUARD.refusal("https", "h", ["10.0.0.1"]))
    assert "IPv6 form" in str(GUARD.refusal("https", "h", ["::ffff:8.8.8.8"]))


def test_a_host_that_the_operator_named_may_be_anywhere_but_only_by_https() -> None:
    guard = Guard(hosts=frozenset({"hook.intern"}))
    assert guard.refusal("https", "Hook.Intern.", ["10.1.2.3"]) is None
    assert guard.refusal("http", "hook.intern", ["10.1.2.3"])
    assert guard.refusal("https", "other.intern", ["10.1.2.3"])


def test_a_network_that_the_operator_named_may_be_reached_and_no_other() -> None:
    guard = Guard(networks=(ip_network("10.20.0.0/16"), ip_network("fd00:20::/32")))
    assert guard.refusal("https", "h", ["10.20.1.1", "fd00:20::1"]) is None
    assert guard.refusal("https", "h", ["10.20.1.1", "10.21.1.1"])


def test_this_machine_is_reached_only_where_a_setting_says_so_then_by_http_too() -> None:
    guard = Guard(loopback=True)
    assert guard.refusal("http", "localhost", ["127.0.0.1", "::1"]) is None
    assert guard.refusal("https", "localhost", ["127.0.0.1"]) is None
    assert guard.refusal("http", "rebound.example", ["127.0.0.1", PUBLIC])
    assert guard.refusal("http", "nowhere.example", [])
    assert guard.refusal("https", "h", ["10.0.0.1"])


def test_settings_make_the_guard() -> None:
    settings = ChannelSettings(
        allowed_hosts=("Hook.Intern.",), allowed_networks=("10.0.0.0/8",), allow_loopback=True
    )
    guard = settings.guard()
    assert guard.refusal("https", "hook.intern", ["192.168.0.1"]) is None
    assert guard.refusal("https", "h", ["10.9.9.9"]) is None
    assert guard.refusal("http", "h", ["127.0.0.1"]) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowed_networks", ["10.0.0.1/8"]),
        ("public_url", "floor.example.org"),
        ("pagerduty_url", "events"),
    ],
)
def test_a_setting_that_is_no_network_or_address_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        ChannelSettings.model_validate({name: value})

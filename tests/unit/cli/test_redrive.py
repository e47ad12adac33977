"""Repaired dead letters become commands."""

import msgspec
import pytest

from floorpulse.cli.redrive import Bad, commands
from floorpulse.contracts.commands import Redrive

GOOD = (
    b'{"type":"contact.offered","id":"1","source":"pbx","at":1794400000000,'
    b'"tenant":"acme","contact":"c1","queue":"orders"}'
)


def with_field(name: str, value: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(GOOD), name: value})


def test_every_line_becomes_a_command_of_its_tenant() -> None:
    assert (
        list(commands([GOOD, b"", b"  " + GOOD + b"\r"]))
        == [Redrive(tenant="acme", event=GOOD.decode())] * 2
    )


def test_an_instant_may_be_text() -> None:
    (command,) = commands([with_field("at", "2026-11-11T09:30:00Z")])

    assert isinstance(command, Redrive)


def test_a_pseudonym_may_stay() -> None:
    (command,) = commands([with_field("customer", "2026a:" + "0" * 32)])

    assert isinstance(command, Redrive)


def test_an_exported_letter_gives_its_event_under_its_tenant() -> None:
    event = msgspec.json.decode(GOOD)
    del event["tenant"]
    (found,) = commands([msgspec.json.encode({"place": "0/1", "tenant": "acme", "event": event})])

    assert isinstance(found, Redrive)
    assert found.tenant == "acme"
    assert msgspec.json.decode(found.event) == msgspec.json.decode(GOOD)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{", "truncated"),
        (b"\xff", "malformed"),
        (b"[" * 100_000, "Expected `object`"),
        (with_field("type", "contact.vanished"), "contact.vanished"),
        (with_field("colour", "red"), "colour"),
        (
            b'{"type":"qa.retracted","id":"1","source":"s","tenant":"acme","at":1,"evaluation":"e"}',
            "name contact, or agent and queue",
        ),
        (with_field("tenant", None), "names no tenant"),
        (with_field("at", "yesterday"), "'yesterday' is not RFC 3339"),
        (with_field("customer", "+8613800000000"), "no pseudonym"),
        (b'{"place": "0/1", "payload": "hello", "detail": "not JSON"}', "so it is no event"),
    ],
)
def test_what_is_no_repaired_event_is_named_by_its_line(line: bytes, why: str) -> None:
    good, bad = commands([GOOD, line])

    assert isinstance(good, Redrive)
    assert isinstance(bad, Bad)
    assert bad.line == 2
    assert why in bad.why


def test_a_raw_customer_is_not_repeated_in_the_complaint() -> None:
    (bad,) = commands([with_field("customer", "+8613800000000")])

    assert isinstance(bad, Bad)
    assert "138" not in bad.why

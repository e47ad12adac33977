"""Pseudonyms of customers."""

import re

import pytest

from floorpulse.ingest.domain.pseudonyms import CustomerKey, Pseudonyms
from tests.unit.ingest.builders import PSEUDONYMS

OTHERS = Pseudonyms((CustomerKey("new", b"x" * 32),))


def test_a_pseudonym_names_its_key_and_has_32_digits() -> None:
    assert re.fullmatch(r"new:[0-9a-f]{32}", PSEUDONYMS.of("shop", "+86138"))


def test_a_customer_has_one_pseudonym_a_tenant_and_key() -> None:
    of_shop = PSEUDONYMS.of("shop", "+86138")
    assert of_shop == PSEUDONYMS.of("shop", "+86138")
    assert of_shop != PSEUDONYMS.of("bank", "+86138")
    assert of_shop != OTHERS.of("shop", "+86138")


@pytest.mark.parametrize("name", ["new", "old"])
def test_a_pseudonym_under_a_known_key_stays(name: str) -> None:
    assert PSEUDONYMS.of("shop", f"{name}:{'0' * 32}") == f"{name}:{'0' * 32}"


def test_a_pseudonym_under_an_unknown_key_is_a_customer() -> None:
    assert PSEUDONYMS.of("shop", f"lost:{'0' * 32}").startswith("new:")


@pytest.mark.parametrize(
    "payload",
    [
        b'{"customer": "+86138"}',
        b'{"data": {"customer" :"+86138"',
        b'{"customer":+86138}',
        b'{"customer": "\\u002b86138", NaN}',
    ],
)
def test_customers_are_masked_where_the_text_is_not_even_json(payload: bytes) -> None:
    masked = PSEUDONYMS.mask("shop", payload)
    assert b"86138" not in masked
    assert PSEUDONYMS.of("shop", "+86138").encode() in masked


@pytest.mark.parametrize(
    "payload",
    [b'{"customer": {"phone": "+86138"}}', b'{"customer": ["+86138"]}', b'{"customer": "+86138'],
)
def test_a_customer_of_another_shape_is_masked_with_all_behind_it(payload: bytes) -> None:
    assert b"86138" not in PSEUDONYMS.mask("shop", payload)


def test_no_customer_stays_no_customer() -> None:
    assert (
        PSEUDONYMS.mask("shop", b'{"customer": null, "id": "1"}')
        == b'{"customer": null, "id": "1"}'
    )

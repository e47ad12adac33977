"""Customers in eight bytes: the same for the same pseudonym, on every machine."""

from floorpulse.contracts.customers import customer_mark


def test_a_pseudonyms_number_is_the_beginning_of_its_hash() -> None:
    assert customer_mark("") == 0xE3B0C44298FC1C14 - 2**64
    assert customer_mark("abc") == 0xBA7816BF8F01CFEA - 2**64


def test_numbers_fit_a_column_of_eight_bytes_with_either_sign() -> None:
    marks = (customer_mark(f"k1:{number}") for number in range(1000))
    numbers = {mark for mark in marks if mark is not None}

    assert len(numbers) == 1000
    assert -(2**63) <= min(numbers) < 0 < max(numbers) < 2**63


def test_nobody_has_no_number() -> None:
    assert customer_mark(None) is None

"""Instants on the wire, as RFC 3339 has them."""

import pytest

from floorpulse.contracts.instants import parse_instant

NEW_YEAR = 1_483_228_800_000
"""2017-01-01T00:00:00Z, before which there was a leap second"""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (NEW_YEAR, NEW_YEAR),
        ("2017-01-01T00:00:00Z", NEW_YEAR),
        ("2017-01-01t00:00:00z", NEW_YEAR),
        ("2017-01-01T08:00:00.001999999+08:00", NEW_YEAR + 1),
        ("2016-12-31T23:59:60Z", NEW_YEAR),
        ("2016-12-31t23:59:60.250z", NEW_YEAR + 250),
        ("2017-01-01T07:59:60+08:00", NEW_YEAR),
        ("2017-01-01T05:29:60+05:30", NEW_YEAR),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
    ],
)
def test_an_instant_is_read_as_rfc_3339_has_it(text: int | str, at: int) -> None:
    assert parse_instant(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "2016-12-31T23:58:60Z",
        "2016-12-30T23:59:60Z",
        "2016-12-31T23:59:60",
        "2016-12-31T23:59:61Z",
        "2016-12-31T24:00:00Z",
        "2023-02-29T00:00:00Z",
        "yesterday",
        "",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not RFC 3339|has no offset"):
        parse_instant(text)

"""Instants on the wire: what text is one."""

import pytest

from floorpulse.contracts.instants import parse_instant

NINE = 1_793_610_000_000


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T09:00:00Z",
        "2026-11-02t09:00:00z",
        "2026-11-02 09:00:00.000999999Z",
        "2026-11-02T10:00:00+01:00",
    ],
)
def test_the_letters_of_an_instant_may_be_small(text: str) -> None:
    """RFC 3339, 5.6: "T" and "Z" may alternatively be lower case."""
    assert parse_instant(text) == NINE


@pytest.mark.parametrize("text", ["2026-11-02T09:00:00", "z", "tomorrowz", "2026-11-02T09:00:00zz"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no offset|not RFC 3339"):
        parse_instant(text)

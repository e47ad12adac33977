"""Keys as an operator makes and sees them."""

import pytest
from rich.console import Console

from services.operations.keys import expiry, state, table
from services.runtime.keys import StoredKey

NOW = 1_794_400_000_000
DAY = 86_400_000


def key(expires_at: int | None = None, revoked_at: int | None = None) -> StoredKey:
    return StoredKey("0123456789abcdef", "acme", "the PBX", ("events:write", "kpi:read"), NOW - DAY, expires_at, revoked_at)


def test_a_key_may_expire_after_a_span_or_at_an_instant() -> None:
    assert expiry("90d", NOW) == NOW + 90 * DAY
    assert expiry("2027-01-31T08:00:00+08:00", NOW) == 1_801_353_600_000


@pytest.mark.parametrize(
    ("text", "why"),
    [("soon", "no time to expire"), ("2027-01-31", "no time to expire"), ("2020-01-01T00:00:00Z", "is past"), ("0d", "is past")],
)
def test_other_expiries_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        expiry(text, NOW)


def test_a_key_is_live_until_it_expires_or_is_revoked() -> None:
    assert [state(one, NOW) for one in (key(), key(NOW + 1), key(NOW), key(revoked_at=NOW), key(NOW, NOW))] == [
        "live",
        "live",
        "expired",
        "revoked",
        "revoked",
    ]


def test_the_table_shows_everything_but_secrets() -> None:
    console = Console(width=160)
    with console.capture() as captured:
        console.print(table([key(NOW + DAY)], NOW))

    for word in ("0123456789abcdef", "acme", "the PBX", "events:write kpi:read", "2026-11-10 12:26Z", "2026-11-12 12:26Z", "live"):
        assert word in captured.get()

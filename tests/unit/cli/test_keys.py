"""Keys as an operator makes and sees them."""

import json

import pytest
from rich.console import Console

from floorpulse.access.keys import StoredKey
from floorpulse.cli.keys import document, expiry, state, table, unknown
from floorpulse.runtime.tables import show

NOW = 1_794_400_000_000
DAY = 86_400_000


def key(expires_at: int | None = None, revoked_at: int | None = None) -> StoredKey:
    return StoredKey(
        "0123456789abcdef",
        "acme",
        "the PBX",
        ("events:write", "kpi:read"),
        NOW - DAY,
        expires_at,
        revoked_at,
    )


def test_a_key_may_expire_after_a_span_or_at_an_instant() -> None:
    assert expiry("90d", NOW) == NOW + 90 * DAY
    assert expiry("2027-01-31T08:00:00+08:00", NOW) == 1_801_353_600_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("soon", "no time to expire"),
        ("2027-01-31", "no time to expire"),
        ("2020-01-01T00:00:00Z", "is past"),
        ("0d", "is past"),
    ],
)
def test_other_expiries_are_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        expiry(text, NOW)


def test_a_key_is_live_until_it_expires_or_is_revoked() -> None:
    assert [
        state(one, NOW)
        for one in (key(), key(NOW + 1), key(NOW), key(revoked_at=NOW), key(NOW, NOW))
    ] == [
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

    for word in (
        "0123456789abcdef",
        "acme",
        "the PBX",
        "events:write kpi:read",
        "2026-11-10 12:26Z",
        "2026-11-12 12:26Z",
        "live",
    ):
        assert word in captured.get()


def key_of(label: str, tenant: str) -> StoredKey:
    return StoredKey(
        "0123456789abcdef",
        tenant,
        label,
        ("agents:read", "alerts:write", "alerts:read", "events:write"),
        NOW,
        None,
        None,
    )


@pytest.mark.parametrize("width", [200, 80, 40, 17, 4])
def test_no_cell_is_cut_however_narrow_the_terminal(width: int) -> None:
    console = Console(width=width)
    with console.capture() as captured:
        show(console, table([key_of("the [bold]PBX[/] in 上海 " + "x" * 200, "t" * 64)], NOW))
    head, row = captured.get().splitlines()

    assert head.startswith("id ")
    scopes = "agents:read alerts:write alerts:read events:write"
    for word in ("0123456789abcdef", "t" * 64, "[bold]PBX[/] in 上海", "x" * 200, scopes, "live"):
        assert word in row


def test_as_json_a_key_has_its_whole_id_and_instants() -> None:
    assert json.loads(document([key(NOW + DAY)], NOW)) == {
        "keys": [
            {
                "id": "0123456789abcdef",
                "tenant": "acme",
                "label": "the PBX",
                "scopes": ["events:write", "kpi:read"],
                "contract": None,
                "created": "2026-11-10T12:26:40.000Z",
                "expires": "2026-11-12T12:26:40.000Z",
                "revoked": None,
                "state": "live",
            }
        ]
    }


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["care", "sales"], ""),
        (["sales"], "defined are: sales"),
        ([], "defined are: none"),
    ],
)
def test_a_contract_that_is_not_defined_is_told_with_those_that_are(
    known: list[str], said: str
) -> None:
    warning = unknown("care", known)

    assert said in warning
    assert bool(warning) == bool(said)

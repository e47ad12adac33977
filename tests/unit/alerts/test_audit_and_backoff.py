"""What keeps incidents from being forgotten, and when notices are tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.audit import LATE, Standing, audited, standing
from floorpulse.alerts.domain.backoff import LONGEST, PROBE, retry_at
from floorpulse.alerts.domain.incidents import IncidentState
from tests.fakes.alert_definitions import incident, policy, step

NOW = 1_000_000
LADDER = policy(step("ann"), step("cy"), repeat=1)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"next_at": NOW + 1}, Standing.TIMER),
        ({"next_at": NOW - LATE + 1}, Standing.TIMER),
        ({"next_at": NOW - LATE}, Standing.OVERDUE),
        ({"state": IncidentState.ACKNOWLEDGED, "owner": "ann"}, Standing.OWNER),
        ({"exhausted": True}, Standing.EXHAUSTED),
        ({"level": 2, "round": 1}, Standing.ADRIFT),
        ({"state": IncidentState.ACKNOWLEDGED}, Standing.ADRIFT),
        ({"policy": None}, Standing.NO_POLICY),
    ],
)
def test_what_keeps_an_incident(fields: dict[str, object], wanted: Standing) -> None:
    there = incident(**{"ladder": LADDER, **fields} if "policy" not in fields else fields)  # type: ignore[arg-type]

    assert standing(there, NOW) is wanted


def test_every_standing_is_counted() -> None:
    found = audited([incident(LADDER, next_at=NOW)], NOW)

    assert found == {one: (["i1"] if one is Standing.TIMER else []) for one in Standing}


def test_waits_double_up_to_their_bound() -> None:
    first = [retry_at(0, number, 0.0, first=True) // 1000 for number in range(1, 7)]
    behind = [retry_at(0, number, 0.0, first=False) // 1000 for number in (1, 2, 5, 9, 10, 99)]

    assert first == [1, 2, 4, PROBE, PROBE, PROBE]
    assert behind == [1, 2, 16, 256, LONGEST, LONGEST]


def test_what_a_channel_asks_for_is_waited_for_within_reason() -> None:
    assert retry_at(5, 1, 0.0, first=True, retry_after=30) == 30_005
    assert retry_at(5, 1, 0.0, first=True, retry_after=1e9) == 3_600_005
    assert retry_at(5, 4, 0.0, first=True, retry_after=0.5) == 8005


@given(number=st.integers(1, 200), jitter=st.floats(0, 0.999), first=st.booleans())
def test_jitter_only_shortens_and_by_at_most_a_quarter(
    number: int, jitter: float, *, first: bool
) -> None:
    plain = retry_at(0, number, 0.0, first=first)

    assert plain * 0.75 <= retry_at(0, number, jitter, first=first) <= plain

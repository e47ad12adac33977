"""The judge: what becomes a canonical event and what is refused, with which reason."""

import json

import pytest

from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.refusals import DETAIL_LENGTH
from floorpulse.ingest.domain.judge import AHEAD, EARLIEST, CanonicalEvent
from floorpulse.ingest.domain.warnings import KnownFloor
from tests.unit.ingest.builders import (
    AT,
    NOW,
    OFFERED,
    SCALE,
    SCORED,
    SURVEY,
    accepted,
    judge,
    refused,
    verdict,
)


def test_an_event_gets_the_tenant_of_the_key() -> None:
    assert accepted(OFFERED) == OFFERED | {"tenant": "shop"}


def test_an_event_may_repeat_its_tenant() -> None:
    assert accepted(OFFERED | {"tenant": "shop"})["tenant"] == "shop"


def test_an_event_may_not_change_its_tenant() -> None:
    reason, detail = refused(OFFERED | {"tenant": "rival"})
    assert reason == "tenant_mismatch"
    assert "$.tenant" in detail


def test_events_of_one_contact_have_one_key() -> None:
    canonical = verdict(OFFERED)
    assert isinstance(canonical, CanonicalEvent)
    assert canonical.key == b"shop|c1"


def test_a_time_with_offset_becomes_epoch_milliseconds() -> None:
    assert accepted(OFFERED | {"at": "2026-11-11T09:30:00.123+08:00"})["at"] == 1_794_360_600_123


@pytest.mark.parametrize("at", ["2026-11-11T09:30:00", "yesterday", "", 1.5, True, None])
def test_a_time_that_is_none_is_an_invalid_time(at: object) -> None:
    reason, detail = refused(OFFERED | {"at": at})
    assert reason == "invalid_time"
    assert "$.at" in detail


@pytest.mark.parametrize("at", [EARLIEST, NOW + AHEAD, "1999-02-01T00:00:00Z"])
def test_a_time_from_1990_to_a_day_ahead_is_taken(at: object) -> None:
    accepted(OFFERED | {"at": at})


@pytest.mark.parametrize(
    "at", [EARLIEST - 1, NOW + AHEAD + 1, NOW // 1000, -1, 10**40, "0001-01-01T00:00:00+23:59"]
)
def test_a_time_before_1990_or_beyond_a_day_ahead_is_out_of_range(at: object) -> None:
    assert refused(OFFERED | {"at": at})[0] == "time_out_of_range"


def test_a_customer_is_stored_under_a_pseudonym_only() -> None:
    customer = accepted(OFFERED | {"customer": "+8613800000000"})["customer"]
    assert str(customer).startswith("new:")
    assert "13800000000" not in str(customer)


@pytest.mark.parametrize(
    ("event", "reason", "detail"),
    [
        (OFFERED | {"type": "contact.vanished"}, "unknown_type", "contact.vanished"),
        (OFFERED | {"type": 5}, "unknown_type", "$.type"),
        ({"id": "1"}, "missing_field", "`type`"),
        (
            {"type": "contact.held", "id": "1", "source": "s", "at": AT},
            "missing_field",
            "`contact`",
        ),
        (OFFERED | {"wait_sm": 3}, "unknown_field", "`wait_sm`"),
        (OFFERED | {"visit": 0}, "invalid_field", "$.visit"),
        (OFFERED | {"channel": "fax"}, "invalid_field", "$.channel"),
        (OFFERED | {"contact": "c" * 129}, "invalid_field", "$.contact"),
        (OFFERED | {"priority": 10**30}, "invalid_field", "$.priority"),
        ([OFFERED], "malformed", "array"),
        (5, "malformed", "int"),
        (
            b"1366720340|c1|sales|NONE|ABANDON|1|1|30",
            "malformed",
            "an event is one JSON object, and this text is none",
        ),
        (b"{", "malformed", "not JSON"),
        (b"", "malformed", "not JSON"),
        (json.dumps(OFFERED).encode().replace(b"c1", b"\xff"), "malformed", "not JSON"),
        (b'{"score": NaN}', "malformed", "not JSON"),
    ],
)
def test_what_is_no_event_is_refused_with_its_reason_and_place(
    event: object, reason: str, detail: str
) -> None:
    found, why = refused(event)
    assert found == reason
    assert detail in why


def test_a_long_hostile_name_does_not_make_a_long_detail() -> None:
    _, detail = refused(OFFERED | {"x" * 10_000: 1})
    assert len(detail) == DETAIL_LENGTH


def test_nesting_of_sixteen_levels_is_judged_by_its_fields() -> None:
    assert refused(b'{"x":' + b"[" * 15 + b"]" * 15 + b"}")[0] == "missing_field"
    verdict_of_deep = judge().judge(b'{"x":' + b"[" * 16 + b"]" * 16 + b"}", lambda same: same)
    assert isinstance(verdict_of_deep, Refusal)
    assert verdict_of_deep.reason == "too_deep"


def test_an_event_longer_than_the_limit_is_too_large() -> None:
    refusal = judge(event_bytes=1024).judge(b" " * 1025, lambda same: same)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "too_large"


def test_a_character_that_no_table_can_store_is_refused() -> None:
    assert refused(OFFERED | {"queue": "a\0b"}) == (
        "invalid_field",
        "a text contains U+0000, which cannot be stored",
    )


def test_a_backslash_before_u0000_is_ordinary_text() -> None:
    assert accepted(OFFERED | {"queue": "a\\u0000"})["queue"] == "a\\u0000"


@pytest.mark.parametrize("subject", [{"contact": "c1"}, {"agent": "a", "queue": "q"}])
def test_an_evaluation_of_a_contact_or_of_an_agent_in_a_queue_is_taken(
    subject: dict[str, str],
) -> None:
    accepted(SCORED | subject)


@pytest.mark.parametrize("subject", [{}, {"agent": "a"}, {"queue": "q"}])
@pytest.mark.parametrize(
    "event",
    [SCORED, {key: SCORED[key] for key in SCORED if key != "score"} | {"type": "qa.retracted"}],
)
def test_an_evaluation_of_nobody_has_no_subject(
    event: dict[str, object], subject: dict[str, str]
) -> None:
    assert refused(event | subject)[0] == "no_subject"


@pytest.mark.parametrize("kind", ["opened", "closed"])
def test_a_complaint_needs_a_contact_or_a_queue(kind: str) -> None:
    complaint = {
        "type": f"complaint.{kind}",
        "id": "1",
        "source": "crm",
        "at": AT,
        "complaint": "k1",
    }
    accepted(complaint | {"queue": "q"})
    assert refused(complaint | {"agent": "a"})[0] == "no_subject"


def test_an_amendment_puts_at_least_one_field_right() -> None:
    amended = {"type": "contact.amended", "id": "1", "source": "pbx", "at": AT, "contact": "c1"}
    amended |= {"reason": "a wrong clock"}
    accepted(amended | {"wait_ms": 0})
    reason, detail = refused(amended)
    assert reason == "missing_field"
    assert "queue, agent, wait_ms" in detail


@pytest.mark.parametrize("score", [1, 3.5, 5])
def test_a_survey_score_on_its_scale_is_taken(score: float) -> None:
    accepted(SURVEY | SCALE | {"score": score})


def test_a_scale_may_run_downwards() -> None:
    accepted(SURVEY | {"score": 2, "worst": 6, "best": 1})


@pytest.mark.parametrize(
    ("scale", "place"),
    [
        ({"score": 6}, "$.score"),
        ({"score": 0}, "$.score"),
        ({"best": 1}, "$.best"),
        ({"best": 1e300}, "$.best"),
    ],
)
def test_a_survey_score_off_its_scale_is_refused(scale: dict[str, float], place: str) -> None:
    reason, detail = refused(SURVEY | SCALE | scale)
    assert reason == "invalid_field"
    assert place in detail


def told_with(lasts_ms: int | None) -> object:
    """How long a state is believed that tells `lasts_ms`, of a source that the definitions give a
    minute.
    """
    state = {"id": "1", "source": "pbx", "at": AT, "type": "agent.state", "agent": "ann"}
    state |= {"state": "available"} | ({} if lasts_ms is None else {"lasts_ms": lasts_ms})
    judging = judge()._replace(floor=KnownFloor(states_last={"pbx": 60_000}))
    canonical = judging.judge(json.dumps(state).encode(), lambda same: same)
    assert isinstance(canonical, CanonicalEvent)
    return json.loads(canonical.value)["lasts_ms"]


def test_a_state_that_does_not_say_how_long_it_lasts_lasts_as_the_definitions_say() -> None:
    assert told_with(None) == 60_000
    assert told_with(5_000) == 5_000

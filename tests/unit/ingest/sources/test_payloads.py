"""Payload by payload: how an adapter becomes a source, and how foreign JSON is read."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refused_records import refusal_in
from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import (
    EventBody,
    Ignored,
    PayloadSource,
    each,
    hashed_visit,
    identity,
    missing,
    visit_of,
)
from floorpulse.ingest.sources.registry import SOURCES
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from tests.unit.ingest.builders import verdict


def bell(
    payload: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    match payload.get("kind"):
        case "rings":
            queue = settings.queue(str(payload["line"]))
            return [{"type": "contact.offered", "id": "1", "queue": queue, "priority": None}]
        case "broken":
            return missing("line")
        case kind:
            return Ignored(str(kind))


def taken(*contents: bytes) -> tuple[PayloadSource, list[Any]]:
    source = PayloadSource(bell, SourceSettings("bell:main", queues={"1": "Orders"}))
    said = [source.take(SourceRecord(place, content)) for place, content in enumerate(contents)]
    found = [
        one if isinstance(one, Refusal) else [json.loads(event) for event in one] for one in said
    ]
    return source, found


def test_a_body_gets_its_source_and_loses_what_is_none() -> None:
    _, [events] = taken(b'{"kind": "rings", "line": 1}')
    assert events == [
        {"source": "bell:main", "type": "contact.offered", "id": "1", "queue": "Orders"}
    ]


def test_an_array_is_all_its_payloads() -> None:
    _, [events] = taken(b'[{"kind": "rings", "line": "1"}, {"kind": "rings", "line": "2"}]')
    assert [event["queue"] for event in events] == ["Orders", "2"]


def test_an_array_with_one_that_is_refused_is_refused() -> None:
    _, [refusal] = taken(b'[{"kind": "rings", "line": "1"}, {"kind": "broken"}]')
    assert refusal == Refusal(Reason.MISSING_FIELD, "the payload has no line")


def test_what_is_ignored_is_counted_by_kind() -> None:
    source, found = taken(b'{"kind": "hums"}', b'{"kind": "hums"}', b'{"kind": "\\n"}')
    assert found == [[], [], []]
    assert source.unknown.counted() == {"hums": 2, "?": 1}


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 20_000, b"1", b'["text"]'])
def test_what_is_no_payload_is_refused(content: bytes) -> None:
    _, [refusal] = taken(content)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.MALFORMED


def test_what_an_adapter_did_not_foresee_is_a_refusal_that_says_so() -> None:
    _, [refusal] = taken(b'{"kind": "rings"}')
    assert isinstance(refusal, Refusal)
    assert refusal.detail == "the payload has a shape nobody foresaw (KeyError: 'line')"


def test_a_leg_is_the_first_visit_or_one_that_depends_on_its_name_alone() -> None:
    assert visit_of("c-3", "c-3") is None
    assert visit_of("c-3", "c-3b") == hashed_visit("c-3b") == 5997


def test_an_identity_that_is_too_long_is_hashed() -> None:
    assert identity("c-1", "offered") == "c-1:offered"
    long = identity("c" * 200, "offered")
    assert len(long) <= 128
    assert long != identity("c" * 200, "ended")


FIELDS = Fields(
    {
        "QueueArn": " arn ",
        "detail-type": "Kind",
        "worker_name": 7,
        "empty": " ",
        "nothing": None,
        "yes": True,
        "text yes": "true",
        "list": [{"a": 1}, 2],
        "part": {"inner": {"deep": "found"}},
        "at": "2026-11-02T09:00:10.200+01:00",
        "no time": "1970-01-01T00:00:00.001Z",
        "local": "2026-11-02T09:00:10",
        "seconds": "1793610010",
        "zero": 0,
        "infinite": float("inf"),
        "huge": 10**400,
    }
)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (FIELDS.text("queuearn"), "arn"),
        (FIELDS.text("QUEUE_ARN"), "arn"),
        (FIELDS.word("DetailType"), "KIND"),
        (FIELDS.text("WorkerName"), "7"),
        (FIELDS.text("empty", "nothing", "yes", "workerName"), "7"),
        (FIELDS.text("huge"), None),
        (FIELDS.word("absent"), ""),
        (FIELDS.flag("yes"), True),
        (FIELDS.flag("text yes"), True),
        (FIELDS.flag("at"), False),
        (FIELDS.part("part", "inner").text("deep"), "found"),
        (FIELDS.part("list").text("a"), None),
        (len(FIELDS.parts("list")), 2),
        (FIELDS.parts("part"), []),
        (FIELDS.instant("no time", "local", "seconds", "at"), 1_793_606_410_200),
        (FIELDS.instant("worker_name"), None),
        (FIELDS.seconds("zero", "nothing", "seconds"), 1_793_610_010_000),
        (FIELDS.milliseconds("seconds"), None),
        (FIELDS.number("infinite", "huge", "yes", "at", "zero"), 0),
        (FIELDS.span("worker_name", 1000), 7000),
        (FIELDS.span("seconds", 1000), None),
        (FIELDS.span("absent"), None),
        (bool(Fields([1])), False),
    ],
)
def test_fields_are_read_without_regard_to_case_and_never_raise(
    found: object, wanted: object
) -> None:
    assert found == wanted


def test_activities_are_named_without_regard_to_case() -> None:
    settings = SourceSettings("a", activities={"Back Office": "break"}, agents={"7": "Ana"})
    assert settings.activity("back office") == "break"
    assert settings.activity("lunch") is None
    assert (settings.agent("7"), settings.agent("8")) == ("Ana", "8")


def page(
    payload: Mapping[str, object], settings: SourceSettings
) -> Sequence[EventBody] | Ignored | Refusal:
    items = Fields(payload).parts("items")
    return each(items, lambda item: bell(cast("Mapping[str, object]", item.value), settings))


def test_of_a_page_each_item_counts_and_one_that_cannot_be_read_says_so_by_itself() -> None:
    source = PayloadSource(page, SourceSettings("bell:main"))
    items = [
        {"kind": "rings", "line": "1"},
        {"kind": "broken"},
        {"kind": "hums"},
        {"kind": "rings"},
        {"kind": "rings", "line": "2"},
    ]

    said = source.take(SourceRecord(0, json.dumps({"items": items}).encode()))

    assert not isinstance(said, Refusal)
    first, broken, unforeseen, last = said
    assert (json.loads(first)["queue"], json.loads(last)["queue"]) == ("1", "2")
    assert refusal_in(broken) == Refusal(
        Reason.MISSING_FIELD, "refused by bell:main: the payload has no line"
    )
    assert json.loads(broken)["record"] == '{"kind":"broken"}'
    kept = refusal_in(unforeseen)
    assert kept is not None
    assert kept.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("vendor", "pages", "good", "bad"),
    [
        (
            "tencent-ccc",
            lambda items: {"Response": {"TelCdrs": items}},
            {"SessionId": "s", "QueuedTimestamp": 1_793_610_000, "QueuedSkillGroupId": 7},
            {"QueuedTimestamp": 1},
        ),
        (
            "alibaba-ccc",
            lambda items: {"Data": {"List": items}},
            {"ContactId": "c", "StartTime": 1_793_610_000_000, "SkillGroupIds": "a"},
            {"StartTime": 1},
        ),
        (
            "genesys-cloud",
            lambda items: {"conversations": items},
            {
                "conversationId": "c",
                "evaluations": [
                    {"evaluationId": "e", "eventTime": "2026-11-02T09:00:00Z", "oTotalScore": 5}
                ],
            },
            {"participants": []},
        ),
        (
            "twilio-taskrouter",
            lambda items: {"events": items},
            {
                "sid": "EV1",
                "event_type": "worker.created",
                "event_date_ms": 1_793_610_000_000,
                "event_data": {"worker_name": "ann", "worker_activity_name": "Offline"},
            },
            {"event_type": "worker.created"},
        ),
    ],
)
def test_a_page_of_a_platform_with_a_record_that_cannot_be_read_tells_the_others(
    vendor: str, pages: Callable[[list[object]], object], good: object, bad: object
) -> None:
    source = SOURCES[vendor](SourceSettings("here"))

    said = source.take(SourceRecord(0, json.dumps(pages([bad, good])).encode()))

    assert not isinstance(said, Refusal)
    refused, *told = said
    assert refusal_in(refused) is not None
    assert told
    assert all(isinstance(verdict(event), CanonicalEvent) for event in told)

"""An incident as Alertmanager takes it."""

import re
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from floorpulse.alerts.domain.alertmanager_out import (
    HELD,
    OURS,
    OWN,
    description,
    instant,
    label_name,
    labels_of,
    name_of,
    postable,
)
from floorpulse.alerts.domain.figures import Figure
from tests.fakes.incidents import FIGURE, incident

AT = 1_794_360_600_000
NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def test_an_open_incident_ends_four_minutes_after_each_post_and_began_when_it_began() -> None:
    alert = postable(incident(opened_at=AT), AT + 60_000)

    assert (alert.starts_at, alert.ends_at) == (instant(AT), instant(AT + 60_000 + HELD))


def test_a_resolved_incident_ends_when_it_was_resolved() -> None:
    alert = postable(incident(opened_at=AT, resolved_at=AT + 5000), AT + 60_000)

    assert alert.ends_at == instant(AT + 5000)


def test_an_end_by_another_hosts_clock_is_never_before_the_begin() -> None:
    alert = postable(incident(opened_at=AT), AT - HELD - 1)

    assert alert.ends_at == alert.starts_at


def test_instants_are_told_with_their_zone() -> None:
    text = msgspec.json.decode(msgspec.json.encode(postable(incident(opened_at=AT), AT)))

    assert text["startsAt"] == "2026-11-11T01:30:00Z"


def test_the_address_of_an_alert_leads_to_the_incident_on_the_page() -> None:
    assert postable(incident("i7"), AT, "https://wall/alerts").generator_url == (
        "https://wall/alerts#i7"
    )
    assert b"generatorURL" not in msgspec.json.encode(postable(incident(), AT))


def test_labels_name_the_subject_and_leave_out_what_is_empty() -> None:
    assert labels_of(incident()) == {
        "alertname": "level",
        "tenant": "demo",
        "queue": "orders",
        "channel": "voice",
        "severity": "critical",
        OURS: "i1",
    }


def test_labels_of_the_rule_stand_beside_ours_and_never_over_them() -> None:
    labels = labels_of(incident(labels={"queue": "other", "team-a": "1", "__meta": "2"}))

    assert labels["queue"] == "orders"
    assert labels["label_queue"] == "other"
    assert labels["team_a"] == "1"
    assert labels["label___meta"] == "2"


@given(some.text())
def test_every_name_becomes_one_that_alertmanager_takes(name: str) -> None:
    assert NAME.fullmatch(label_name(name))


@given(some.dictionaries(some.text(), some.text()))
def test_our_own_labels_survive_whatever_a_rule_says(labels: dict[str, str]) -> None:
    plain = labels_of(incident())

    assert {
        name: value for name, value in labels_of(incident(labels=labels)).items() if name in OWN
    } == plain


def test_annotations_hold_the_figure_as_the_api_tells_it() -> None:
    annotations = postable(incident(owner="zhang", runbook="https://run/book"), AT).annotations

    assert annotations == {
        "summary": "Service level: orders voice",
        "description": "service_level 0.625, bound 0.8, 20 of 32, 15m, v5-20@1",
        "state": "firing",
        "owner": "zhang",
        "runbook_url": "https://run/book",
        "kpi": "service_level",
        "value": "0.625",
        "bound": "0.8",
        "numerator": "20",
        "denominator": "32",
        "definition": "v5-20@1",
        "as_of": "2026-11-11T09:30:00+08:00",
    }


def test_a_resolve_repeats_the_annotations() -> None:
    one = incident(opened_at=AT)
    over = postable(replace(one, resolved_at=AT + 1), AT + 1)

    assert over.annotations == postable(one, AT).annotations


def test_an_incident_of_the_whole_floor_is_named_without_a_place() -> None:
    one = incident()
    whole = replace(one, subject=replace(one.subject, queue="", channel=""))

    assert postable(whole, AT).annotations["summary"] == "Service level"


def test_a_figure_without_value_says_so() -> None:
    assert description(Figure("staleness", None)) == "staleness without value"
    assert description(replace_figure(bound=None)) == "service_level 0.625, 20 of 32, 15m, v5-20@1"


def replace_figure(**fields: object) -> Figure:
    return msgspec.structs.replace(FIGURE, **fields)


def test_a_name_is_english_or_what_there_is() -> None:
    assert name_of({"zh": "服务", "en": "Level"}, "level") == "Level"
    assert name_of({"zh": "服务"}, "level") == "服务"
    assert name_of({}, "level") == "level"

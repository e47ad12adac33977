"""What a message says, in both languages, about incidents in every state."""

import pytest

from floorpulse.alerts.domain.incidents import IncidentState, Subject
from floorpulse.alerts.domain.messages import numbers
from floorpulse.alerts.domain.messages.compose import Links, compose
from floorpulse.alerts.domain.messages.words import CHINESE, ENGLISH
from floorpulse.alerts.domain.notices import Message, NoticeKind
from floorpulse.definitions.domain.on_call import Severity
from tests.fakes.alerts import MINUTE, OPENED, SHANGHAI, context, figure, incident, key

HOUR = 60 * MINUTE
DAY = 24 * HOUR


def line(message: Message, label: str) -> str:
    return dict(message.lines).get(label, "")


def test_an_open_incident_is_told_whole_in_english() -> None:
    message = compose(key(), incident(), context())
    assert message.title == "Critical: Service level low, Orders (voice): 72.4%"
    assert message.lines == (
        ("What", "Service level low (Service level)"),
        ("Where", "Orders (voice)"),
        (
            "How bad",
            (
                "72.4%, threshold 80.0%, 181 of 250, 95% interval 66.5% to 77.5%, last 15 min, "
                "voice-80-20@3"
            ),
        ),
        ("Since", "09:32 (for 1 min)"),
        (
            "Now",
            "step 1 of 3, told: Zhang Wei, next step at 09:37 unless somebody acknowledges",
        ),
        ("Owner", "nobody yet"),
    )
    assert message.links == (
        ("Acknowledge", "https://floor.example.org/alerts/act/abc"),
        ("Details", "https://floor.example.org/alerts?incident=i1"),
        ("Wall", "https://floor.example.org/wallboard"),
        ("Runbook", "https://wiki.example.org/orders"),
    )


def test_an_open_incident_is_told_whole_in_chinese() -> None:
    message = compose(key(), incident(), context(language="zh", queue="订单"))
    assert message.title == "严重：服务水平过低，订单（语音）：72.4%"
    assert message.lines == (
        ("告警", "服务水平过低（服务水平）"),
        ("队列", "订单（语音）"),
        (
            "程度",
            "72.4%，阈值 80.0%，250 中的 181，95% 置信区间 66.5% 至 77.5%，近15分钟，voice-80-20@3",
        ),
        ("开始", "09:32（已持续 1 分钟）"),
        ("进展", "第 1 级，共 3 级，已通知：Zhang Wei，如无人确认，09:37 升级"),
        ("负责人", "暂无"),
    )
    assert [label for label, _ in message.links] == ["确认", "详情", "看板", "处理手册"]


def test_a_language_without_words_is_told_in_english() -> None:
    assert compose(key(), incident(), context(language="fr")).title.startswith("Critical: ")


def test_who_acknowledged_is_told_and_until_when_and_nothing_is_left_to_acknowledge() -> None:
    taken = incident(state=IncidentState.ACKNOWLEDGED, owner="li", acknowledged_until=OPENED + HOUR)
    message = compose(key(NoticeKind.REASSIGNED), taken, context(owner="Li Na"))
    assert message.title.startswith("Yours now: ")
    assert line(message, "Owner") == "Li Na, until 10:32"
    assert line(message, "Now") == "step 1 of 3, told: Zhang Wei"
    assert "Acknowledge" not in dict(message.links)


def test_an_incident_that_is_over_says_how_long_it_lasted() -> None:
    over = incident(state=IncidentState.RESOLVED, resolved_at=OPENED + 2 * HOUR + 5 * MINUTE)
    message = compose(key(NoticeKind.RESOLVED), over, context(now=OPENED + DAY))
    assert message.title.startswith("Resolved: ")
    assert line(message, "Since") == "2026-11-11 09:32 to 2026-11-11 11:37 (2 h 5 min)"
    assert line(message, "Owner") == ""


def test_an_incident_that_is_over_keeps_its_owner_without_an_end() -> None:
    over = incident(
        state=IncidentState.RESOLVED, resolved_at=OPENED + HOUR, acknowledged_until=OPENED + DAY
    )
    message = compose(key(NoticeKind.RESOLVED), over, context(owner="Li Na"))
    assert line(message, "Owner") == "Li Na"


def test_an_owner_for_good_has_no_end() -> None:
    taken = incident(state=IncidentState.ACKNOWLEDGED)
    assert line(compose(key(), taken, context(owner="Li Na")), "Owner") == "Li Na"


def test_a_breach_of_days_is_told_in_days_and_hours() -> None:
    message = compose(key(), incident(), context(now=OPENED + 2 * DAY + 4 * HOUR))
    assert line(message, "Since") == "2026-11-11 09:32 (for 2 d 4 h)"


def test_a_clock_that_runs_behind_tells_no_negative_span() -> None:
    message = compose(key(), incident(), context(now=OPENED - MINUTE))
    assert line(message, "Since") == "09:32 (for 0 min)"


def test_flapping_silenced_and_the_end_of_the_ladder_are_told() -> None:
    one = incident(silenced=True, flapping=True, next_at=None)
    message = compose(key(NoticeKind.FLAPPING), one, context(told=()))
    assert message.title.startswith("Flapping: ")
    assert line(message, "Now") == (
        "silenced, fires and resolves again and again; told once, then hourly, step 1 of 3, "
        "nobody else is told"
    )


def test_an_incident_that_nobody_is_to_hear_of_has_no_step() -> None:
    message = compose(key(), incident(policy=None, next_at=None), context(told=()))
    assert line(message, "Now") == "nobody else is told"


def how_bad(**details: object) -> str:
    one = figure(details=details, definition="", window="", low=None, denominator=None, bound=None)
    return line(compose(key(), incident(figure=one), context()), "How bad")


def test_a_half_hour_at_risk_says_how_many_agents_are_missing() -> None:
    said = how_bad(
        required=0.9123, rest=40.4, pace=1.31, agents=12, achievable=0.71, agents_missing=3
    )
    assert said == (
        "72.4%, agents missing: 3, agents at work: 12, needed of the rest: 91.2%, "
        "expected of the rest: 71.0%, contacts to come: 40.4, of what was forecast: 131.0%"
    )


def titled(kind: NoticeKind = NoticeKind.OPENED, **details: object) -> str:
    one = incident(figure=figure(details=details), resolved_at=OPENED + HOUR)
    return compose(key(kind), one, context()).title.rpartition(": ")[2]


def test_the_title_of_a_half_hour_at_risk_tells_what_is_to_come() -> None:
    assert titled(required=0.9123, achievable=0.71) == (
        "rest of half hour needs 91.2%, expects 71.0%"
    )


@pytest.mark.parametrize(
    ("required", "achievable"), [(0.7, 0.71), (1.2, None), (None, 0.71), (None, None)]
)
def test_where_nothing_better_is_known_the_title_tells_the_figure(
    required: float | None, achievable: float | None
) -> None:
    assert titled(required=required, achievable=achievable) == "72.4%"


def test_the_title_of_what_is_over_tells_the_figure() -> None:
    assert titled(NoticeKind.RESOLVED, required=0.9123, achievable=0.71) == "72.4%"


def test_a_spike_says_what_is_usual_and_a_streak_its_days() -> None:
    assert how_bad(usual=0.9, before=[1, 2]) == "72.4%, usual: 90.0%"
    days = [
        {"begin": "2026-11-09T00:00:00+08:00", "value": 0.724, "numerator": 1},
        {"begin": "2026-11-10T00:00:00+08:00", "value": None},
    ]
    assert how_bad(days=days) == "72.4%, days: 11-09 72.4%, 11-10 -"


def test_what_is_not_known_by_name_is_told_by_its_own_and_what_is_nothing_is_not() -> None:
    said = how_bad(
        job="pbx", none=None, list=["a", 2.55], pairs={"chat": 2, "mail": 1.0}, agents_missing=None
    )
    assert said == "72.4%, job: pbx, list: a, 2.5, pairs: chat 2, mail 1"


def test_values_of_another_kind_than_their_name_says_are_told_or_left_out() -> None:
    said = how_bad(agents="many", required="all", usual="more", days="all")
    assert said == "72.4%, agents at work: many"


def test_an_alert_from_elsewhere_is_where_its_labels_say() -> None:
    elsewhere = Subject("demo", "alertmanager", key="0123abcd")
    labels = figure(kpi="alertmanager", value=None, details={"job": "pbx", "instance": "pbx1:9100"})
    message = compose(key(), incident(subject=elsewhere, figure=labels), context(queue=""))
    assert message.title == "Critical: Service level low, pbx1:9100"
    nowhere = figure(kpi="alertmanager", value=None, details={})
    message = compose(key(), incident(subject=elsewhere, figure=nowhere), context(queue=""))
    assert message.title == "Critical: Service level low"
    assert line(message, "Where") == ""


def test_an_agent_or_reason_that_stands_out_is_named() -> None:
    one = incident(subject=Subject("demo", "r", "orders", "", "rude"))
    assert line(compose(key(), one, context()), "Where") == "Orders, rude"


def test_how_old_figures_are_is_told_in_seconds() -> None:
    assert numbers.shown("age", 95) == "95 s (1:35)"


def test_a_mean_tells_of_how_many_it_was_made() -> None:
    waits = figure(
        kpi="asa",
        value=95.5,
        numerator=955,
        denominator=10,
        low=None,
        high=None,
        bound=60,
        definition="",
        window="",
    )
    message = compose(key(), incident(figure=waits), context())
    assert line(message, "How bad") == "95 s (1:35), threshold 60 s (1:00), n = 10"


def test_a_figure_without_value_or_bound_or_kpi_is_a_dash_and_nothing_more() -> None:
    nothing = figure(
        kpi="alertmanager",
        value=None,
        denominator=None,
        low=None,
        bound=None,
        definition="",
        window="2h",
    )
    message = compose(key(), incident(figure=nothing), context())
    assert message.title == "Critical: Service level low, Orders (voice)"
    assert line(message, "What") == "Service level low"
    assert line(message, "How bad") == "-, 2h"


def test_a_rule_that_is_called_like_its_kpi_is_not_told_twice() -> None:
    message = compose(key(), incident(names={"en": "Service level"}), context())
    assert line(message, "What") == "Service level"


def test_a_sum_of_all_queues_and_an_unnamed_one_have_a_place_too() -> None:
    total = incident(subject=Subject("demo", "r"))
    assert line(compose(key(), total, context(queue="")), "Where") == "all queues"
    unnamed = incident(subject=Subject("demo", "r", "q7", "fax"))
    assert line(compose(key(), unnamed, context(queue="")), "Where") == "q7 (fax)"


def test_without_addresses_a_message_has_its_runbook_only() -> None:
    message = compose(key(), incident(), context(links=Links()))
    assert message.links == (("Runbook", "https://wiki.example.org/orders"),)


def test_machines_get_the_same_facts() -> None:
    over = incident(
        state=IncidentState.RESOLVED,
        resolved_at=OPENED + HOUR,
        owner="li",
        labels={"site": "shanghai"},
    )
    assert compose(key(NoticeKind.RESOLVED), over, context()).facts == {
        "incident": "i1",
        "kind": "resolved",
        "step": 1,
        "tenant": "demo",
        "rule": "orders-low",
        "rule_version": "orders-low@2",
        "queue": "orders",
        "channel": "voice",
        "key": None,
        "severity": "critical",
        "state": "resolved",
        "level": 1,
        "opened_at": "2026-11-11T09:32:00+08:00",
        "resolved_at": "2026-11-11T10:32:00+08:00",
        "figure": {
            "kpi": "service_level",
            "value": 0.724,
            "numerator": 181,
            "denominator": 250,
            "low": 0.6654,
            "high": 0.7758,
            "definition": "voice-80-20@3",
            "window": "15m",
            "bound": 0.8,
        },
        "owner": "li",
        "labels": {"site": "shanghai"},
        "runbook": "https://wiki.example.org/orders",
        "tasks": [],
    }


def test_what_a_subject_does_not_have_is_null_for_machines() -> None:
    facts = compose(key(), incident(subject=Subject("demo", "r", key="anna")), context()).facts
    assert [facts[name] for name in ("queue", "channel", "key", "resolved_at")] == [
        None,
        None,
        "anna",
        None,
    ]


def test_a_message_names_its_notice_its_kind_how_bad_it_is_and_its_language() -> None:
    message = compose(key(), incident(severity=Severity.WARNING), context(language="zh"))
    assert message.key == "i1.opened.1.zhang/sms"
    assert message.incident == "i1"
    assert message.kind is NoticeKind.OPENED
    assert (message.severity, message.language) == ("warning", "zh")


def test_the_parts_by_themselves_are_there_for_templates() -> None:
    assert compose(key(), incident(), context()).short == {
        "severity": "Critical",
        "rule": "Service level low",
        "where": "Orders (voice)",
        "value": "72.4%",
        "threshold": "80.0%",
        "since": "09:32",
        "link": "https://floor.example.org/alerts?incident=i1",
    }
    nothing = figure(value=None, bound=None)
    short = compose(key(), incident(figure=nothing, names={}), context()).short
    assert (short["rule"], short["value"], short["threshold"]) == ("orders-low", "", "")


def test_a_day_begins_at_midnight_of_the_floor_not_of_greenwich() -> None:
    midnight = OPENED - (9 * 60 + 32) * MINUTE
    assert numbers.clock(midnight, midnight + MINUTE, SHANGHAI) == "00:00"
    assert numbers.clock(midnight - MINUTE, midnight, SHANGHAI) == "2026-11-10 23:59"
    assert numbers.clock(midnight + 8 * HOUR - MINUTE, midnight + 9 * HOUR, SHANGHAI) == "07:59"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (59 * MINUTE + 59_999, "59 min"),
        (HOUR, "1 h 0 min"),
        (DAY - 1, "23 h 59 min"),
        (DAY, "1 d 0 h"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(span: int, text: str) -> None:
    message = compose(key(), incident(), context(now=OPENED + span))
    assert line(message, "Since").endswith(f"(for {text})")


def test_a_chinese_reader_gets_the_kpis_chinese_name_and_others_the_english_one() -> None:
    one = incident(names={"en": "Low"})
    assert line(compose(key(), one, context(language="zh")), "告警") == "Low（服务水平）"
    assert line(compose(key(), one, context(language="fr")), "What") == "Low (Service level)"


def test_a_share_that_misses_its_threshold_by_a_hair_does_not_read_as_if_it_kept_it() -> None:
    assert numbers.shown("service_level", 0.7996) == "79.9%"
    assert numbers.shown("abandonment_rate", 0.0496) == "5.0%"
    assert numbers.shown("service_level", 0.29) == "29.0%"
    assert numbers.percent(0.0496) == "5.0%"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7, "7 s"),
        (12.34, "12.3 s"),
        (59.9, "59.9 s"),
        (60, "60 s (1:00)"),
        (3599, "3599 s (59:59)"),
        (3600, "3600 s (1h00)"),
        (3725.9, "3725 s (1h02)"),
    ],
)
def test_seconds_are_told_as_seconds_and_as_on_the_wall(seconds: float, text: str) -> None:
    assert numbers.seconds(seconds) == text


def test_both_languages_have_a_word_for_everything() -> None:
    for name in ("severities", "kinds", "channels", "windows", "details"):
        assert getattr(ENGLISH, name).keys() == getattr(CHINESE, name).keys()


def test_an_instant_for_machines_has_its_offset() -> None:
    assert numbers.timestamp(OPENED, SHANGHAI) == "2026-11-11T09:32:00+08:00"

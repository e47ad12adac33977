"""What is believed of what Alertmanager tells."""

from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from floorpulse.alerts.domain.alert import TransitionKind
from floorpulse.alerts.domain.alertmanager_in import (
    LONGEST,
    MOST_WORDS,
    KnownAlert,
    PresentAlert,
    PresentReceiver,
    PresentStatus,
    Status,
    ToldAlert,
    WebhookBody,
    description_of,
    figure_of,
    heard,
    is_ours,
    kept,
    names_of,
    reconciled,
    severity_of,
    transition_of,
)
from floorpulse.alerts.domain.alertmanager_out import OURS, instant
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import (
    EscalationBody,
    EscalationStep,
    EscalationTarget,
    Severity,
)
from tests.fakes.told import AT, LABELS, body, told


def known(status: Status = "firing", **fields: object) -> KnownAlert:
    one = heard(None, "demo", body(), told(status), AT)
    assert one is not None
    return replace(one, **fields)  # type: ignore[arg-type]


def present(state: str = "active", receiver: str = "floorpulse", at: int = AT) -> PresentAlert:
    return PresentAlert(
        "f1", LABELS, instant(at), PresentStatus(state), [PresentReceiver(receiver)], {}
    )


def hear(before: KnownAlert | None, alert: ToldAlert) -> KnownAlert | None:
    return heard(before, "demo", body(alert), alert, AT)


def test_an_alert_that_nobody_knew_is_news_in_either_state() -> None:
    assert known().revision == 1
    assert known("resolved").status == "resolved"


@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_what_is_told_again_is_no_news(status: Status) -> None:
    assert hear(known(status), told(status)) is None


def test_another_group_that_tells_the_same_alert_is_no_news() -> None:
    assert heard(known(), "demo", body(group="other"), told(), AT) is None


def test_a_firing_alert_resolves_once() -> None:
    after = hear(known(), told("resolved"))

    assert after is not None
    assert (after.status, after.revision, after.handled) == ("resolved", 2, 0)


def test_what_comes_late_of_an_earlier_outbreak_changes_nothing() -> None:
    assert hear(known("resolved"), told(at=AT - 1)) is None
    assert hear(known("resolved"), told()) is None


def test_another_begin_is_another_outbreak() -> None:
    after = hear(known("resolved"), told(at=AT + 1))

    assert after is not None
    assert (after.status, after.starts_at) == ("firing", AT + 1)


def test_what_is_kept_is_bounded_and_can_be_stored() -> None:
    words = {f"l{number:03}": "x" * 2000 for number in range(100)} | {"a": "1\0002"}

    bounded = kept(words)

    assert len(bounded) == MOST_WORDS
    assert bounded["a"] == "12"
    assert len(bounded["l000"]) == LONGEST


def test_an_alert_that_was_only_found_gone_fires_again_by_its_old_begin() -> None:
    gone = known("resolved", reason=Reason.GONE_FROM_ALERTMANAGER)

    after = hear(gone, told())

    assert after is not None
    assert after.reason is Reason.TOLD_BY_ALERTMANAGER


def look(one: KnownAlert, there: PresentAlert | None, *, counts: bool = True) -> list[KnownAlert]:
    return reconciled([one], {"f1": there} if there else {}, AT + 9, absence_counts=counts)


def test_a_firing_alert_that_is_absent_is_gone() -> None:
    (after,) = look(known(), None)

    assert (after.status, after.reason, after.revision) == (
        "resolved",
        Reason.GONE_FROM_ALERTMANAGER,
        2,
    )


def test_absence_says_nothing_while_alertmanager_itself_is_new() -> None:
    assert look(known(), None, counts=False) == []


@pytest.mark.parametrize("state", ["active", "suppressed", "unprocessed"])
def test_a_firing_alert_that_is_there_stays_silenced_or_not(state: str) -> None:
    assert look(known(), present(state)) == []


def test_a_resolved_alert_that_is_there_fires_again() -> None:
    (after,) = look(known("resolved"), present(at=AT + 5))

    assert (after.status, after.starts_at, after.reason) == (
        "firing",
        AT + 5,
        Reason.TOLD_BY_ALERTMANAGER,
    )


def test_a_resolved_alert_that_is_silenced_or_routed_elsewhere_stays() -> None:
    assert look(known("resolved"), present("suppressed")) == []
    assert look(known("resolved"), present(receiver="mail")) == []
    assert look(known("resolved"), None) == []


def replace_labels(alert: ToldAlert, name: str) -> ToldAlert:
    return msgspec.structs.replace(alert, labels={**alert.labels, name: "i1"})


def test_an_incident_of_ours_that_comes_back_is_known_by_its_label() -> None:
    assert is_ours(replace_labels(told(), OURS))
    assert not is_ours(told())


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        (" Page ", Severity.CRITICAL),
        ("warning", Severity.WARNING),
        ("none", Severity.INFO),
        ("sev3", Severity.WARNING),
    ],
)
def test_the_label_severity_says_how_bad_it_is(word: str, severity: Severity) -> None:
    assert severity_of({"severity": word}) is severity


def test_an_alert_without_a_severity_is_a_warning() -> None:
    assert severity_of({}) is Severity.WARNING


def test_an_incident_is_called_what_the_alert_says() -> None:
    assert names_of(known()) == {"en": "Disk full"}
    assert names_of(known(annotations={})) == {"en": "DiskFull"}
    assert names_of(known(annotations={}, labels={})) == {"en": "f1"}


def test_an_alert_is_told_as_a_transition_of_its_fingerprint_by_when_we_knew() -> None:
    one = transition_of(known(changed_at=AT + 7))

    assert (one.subject, one.at, one.kind) == (
        Subject("demo", "alertmanager", key="f1"),
        AT + 7,
        TransitionKind.FIRE,
    )
    assert transition_of(known("resolved")).kind is TransitionKind.RESOLVE


def test_its_labels_and_description_stand_where_others_have_a_figure() -> None:
    figure = figure_of(known(annotations={"description": "5 % left"}))

    assert figure.details == {"alertname": "DiskFull", "description": "5 % left"}
    assert figure.begin == "2026-11-11T01:30:00+00:00"
    assert "description" not in figure_of(known()).details


def test_an_incident_has_the_severity_runbook_and_labels_of_its_alert() -> None:
    step = EscalationStep(targets=[EscalationTarget(receiver="ops")])
    policy = EscalationBody(id="infra", steps=[step])

    one = description_of(known(annotations={"runbook_url": "https://run/disk"}), policy)

    assert (one.severity, one.policy, one.runbook, one.labels) == (
        Severity.CRITICAL,
        policy,
        "https://run/disk",
        LABELS,
    )


def test_keys_of_other_versions_are_ignored_and_a_begin_without_zone_is_refused() -> None:
    text = msgspec.json.encode(body(told()))
    newer = msgspec.json.encode(msgspec.json.decode(text) | {"notificationReason": 1})

    assert msgspec.json.decode(newer, type=WebhookBody) == body(told())
    with pytest.raises(msgspec.ValidationError, match="startsAt"):
        msgspec.json.decode(text.replace(b'Z"', b'"'), type=WebhookBody)


steps = some.lists(some.tuples(some.sampled_from(["firing", "resolved"]), some.integers(0, 3)))


@given(steps)
def test_a_begin_never_goes_back_and_each_change_is_the_next_revision(
    said: list[tuple[Status, int]],
) -> None:
    states: list[KnownAlert] = []
    for status, begin in said:
        after = hear(states[-1] if states else None, told(status, AT + begin))
        states += [after] if after else []

    for before, after in pairwise(states):
        assert after.starts_at >= before.starts_at
        assert after.revision == before.revision + 1
        assert (after.starts_at, after.status) != (before.starts_at, before.status)


@given(steps)
def test_telling_everything_twice_changes_nothing(said: list[tuple[Status, int]]) -> None:
    def after(twice: int) -> KnownAlert | None:
        state: KnownAlert | None = None
        for status, begin in said:
            for _ in range(twice):
                state = hear(state, told(status, AT + begin)) or state
        return state

    assert after(1) == after(2)

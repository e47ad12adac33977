"""The addresses that answer a report's figures anew."""

from floorpulse.reports.domain.questions import Asked, contact, incident

BEGIN, END = "2026-11-27T00:00:00+08:00", "2026-11-28T00:00:00+08:00"
SPAN = "from=2026-11-27T00:00:00%2B08:00&to=2026-11-28T00:00:00%2B08:00"


def asked(*queues: str, channels: tuple[str, ...] = ()) -> Asked:
    return Asked(BEGIN, END, "Asia/Shanghai", queues, channels)


def test_a_figure_is_one_row_of_history() -> None:
    assert asked().history("service_level") == (
        f"/v1/kpis/history?{SPAN}&kpi=service_level&interval=all&by=total&tz=Asia%2FShanghai"
    )


def test_queues_and_channels_are_named() -> None:
    told = asked("orders", 'a "b", c', channels=("voice",)).visits(missed=True)

    assert told == (
        f"/v1/visits?{SPAN}&queue=orders,%22a+%22%22b%22%22,+c%22&channel=voice&missed=true"
    )


def test_a_question_of_one_queue_or_another_span_keeps_the_rest() -> None:
    assert asked(channels=("voice",)).of("help").visits() == (
        f"/v1/visits?{SPAN}&queue=help&channel=voice"
    )
    assert "from=a&to=b&queue=orders" in asked("orders").during("a", "b").visits()


def test_targets_incidents_corrections_and_contacts_have_their_addresses() -> None:
    one = asked("orders")

    assert one.targets("voice-day") == (f"/v1/targets?{SPAN}&target=voice-day&tz=Asia%2FShanghai")
    assert one.visits_of_target("voice-day") == (f"/v1/visits?{SPAN}&missed=true&target=voice-day")
    assert one.incidents() == f"/v1/alerts?{SPAN}"
    assert one.corrections() == f"/v1/corrections?{SPAN}&queue=orders&tz=Asia%2FShanghai"
    assert contact("c/1") == "/v1/contacts/c%2F1"
    assert incident("i 1") == "/v1/alerts/i%201"

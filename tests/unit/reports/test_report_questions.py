"""The addresses that answer a report's figures anew."""

from zoneinfo import ZoneInfo

from floorpulse.contracts.instants import parse_instant
from floorpulse.reports.domain.questions import Asked, contact, incident, settlements

BEGIN, END = "2026-11-27T00:00:00+08:00", "2026-11-28T00:00:00+08:00"
SPAN = "from=2026-11-27T00%3A00%3A00%2B08%3A00&to=2026-11-28T00%3A00%3A00%2B08%3A00"
ZONE = "tz=Asia%2FShanghai"


def asked(*queues: str, channels: tuple[str, ...] = ()) -> Asked:
    zone = ZoneInfo("Asia/Shanghai")
    return Asked(parse_instant(BEGIN), parse_instant(END), zone, queues, channels)


def test_a_figure_is_one_row_of_history() -> None:
    told = asked().history("service_level")

    assert told == (f"/v1/kpis/history?{SPAN}&interval=all&kpi=service_level&by=total&{ZONE}")
    assert "interval=30m&kpi=agents_gap%2Casa" in asked().half_hours("agents_gap", "asa")


def test_queues_and_channels_are_named() -> None:
    told = asked("orders", channels=("voice",)).visits(missed=True)

    assert told == f"/v1/visits?{SPAN}&queue=orders&channel=voice&{ZONE}&missed=true"


def test_a_question_of_one_queue_or_another_span_keeps_the_rest() -> None:
    one = asked(channels=("voice",))

    assert "queue=help&channel=voice" in one.of("help").visits()
    assert one.during(BEGIN, END) == one
    assert one.during(END, END).begin == one.end


def test_targets_incidents_corrections_and_contacts_have_their_addresses() -> None:
    one = asked("orders")

    assert one.targets("voice-day") == f"/v1/targets?{SPAN}&target=voice-day&{ZONE}"
    assert one.visits_of_target("voice-day") == f"/v1/visits?{SPAN}&missed=true&target=voice-day"
    assert one.incidents() == f"/v1/alerts?{SPAN}"
    assert one.corrections(("asa", "aht")) == (
        f"/v1/corrections?{SPAN}&queue=orders&kpi=asa%2Caht&{ZONE}"
    )
    assert contact("c/1") == "/v1/contacts/c%2F1"
    assert settlements("acme") == "/v1/settlements?contract=acme"
    assert incident("i 1") == "/v1/alerts/i%201"

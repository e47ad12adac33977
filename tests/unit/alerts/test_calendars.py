"""A rota as an iCalendar over HTTP."""

import pytest
from icalendar import Calendar

from tests.fakes.alert_world import WATCHER, AlertWorld


@pytest.fixture
def alerts() -> AlertWorld:
    return AlertWorld()


def test_a_rota_is_told_as_a_calendar_of_its_shifts_by_the_members_names(
    alerts: AlertWorld,
) -> None:
    answer = alerts.client(WATCHER).get("/v1/oncall/leads.ics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    [rota] = alerts.client(WATCHER).get("/v1/oncall").json()["rows"]
    names = {
        one["receiver"]: one["en"]
        for one in alerts.client(WATCHER).get("/v1/oncall").json()["receivers"]
    }
    shown = [str(one["SUMMARY"]) for one in events]
    assert shown[: len(rota["shifts"])] == [names[one["member"]] for one in rota["shifts"]]
    assert len(events) > len(rota["shifts"])


def test_a_rota_that_is_not_there_is_404(alerts: AlertWorld) -> None:
    answer = alerts.client(WATCHER).get("/v1/oncall/nights.ics")

    assert (answer.status_code, answer.json()["title"]) == (404, "Unknown rota")

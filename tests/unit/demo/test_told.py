"""Incidents and messages on the demo's screen."""

from io import StringIO
from typing import Any

from rich.console import Console

from floorpulse.demo.domain.summary import DemoProgress, Line, Summary
from floorpulse.demo.domain.told import IncidentLine, MessageLine, Told, told
from floorpulse.demo.screen import picture, sentence


def incident(**differently: Any) -> dict[str, Any]:
    return {
        "severity": "warning",
        "state": "firing",
        "en": "Long wait",
        "queue_en": "Orders",
        "owner": None,
        "silenced": False,
        "level": 1,
        "steps": 3,
        "opened_at": "2026-11-11T09:00:00+08:00",
    } | differently


MESSAGE = {
    "at": "2026-11-11T09:00:02+08:00",
    "receiver_en": "Lin Yue",
    "title": "Critical: Service level low, Orders: 71.0%",
}


def test_what_nobody_has_comes_first_then_the_worst_then_the_oldest() -> None:
    rows = [
        incident(en="mine", state="acknowledged", owner="Zhou", severity="critical"),
        incident(en="late", opened_at="2026-11-11T09:05:00+08:00"),
        incident(en="long"),
        incident(en="bad", severity="critical"),
    ]

    assert [line.what for line in told(rows, []).incidents] == [
        "bad, Orders",
        "long, Orders",
        "late, Orders",
        "mine, Orders",
    ]


def test_a_line_says_how_far_an_incident_has_climbed_or_who_has_it() -> None:
    rows = [
        incident(),
        incident(level=0),
        incident(silenced=True),
        incident(state="acknowledged", owner="Zhou"),
        incident(queue_en=None),
    ]

    found = told(rows, []).incidents

    assert [line.standing for line in found] == [
        "step 1 of 3 told",
        "nobody told",
        "silenced",
        "step 1 of 3 told",
        "Zhou has it",
    ]
    assert found[3].what == "Long wait, all queues"


def summary(now: Told) -> Summary:
    floor = Line(None, 0.71, 100, 0.8, 4, 65, 120, 0.1)
    return Summary((floor,), floor, DemoProgress(1, 0, 1.0), None, now)


def shown(now: Told) -> str:
    text = StringIO()
    Console(file=text, width=120).print(picture(summary(now)))
    return text.getvalue()


def test_the_screen_shows_incidents_and_messages_below_the_floor() -> None:
    screen = shown(told([incident()], [MESSAGE]))

    assert "Long wait, Orders" in screen
    assert "step 1 of 3 told" in screen
    assert "09:00:02  Lin Yue  Critical: Service level low, Orders: 71.0%" in screen


def test_many_incidents_do_not_push_the_floor_off_the_screen() -> None:
    lines = tuple(IncidentLine("info", f"rule {number}", "x") for number in range(30))
    messages = tuple(MessageLine("09:00:00", "Lin", f"message {number}") for number in range(30))

    screen = shown(Told(lines, messages))

    assert "24 more" in screen
    assert "rule 6" not in screen
    assert "message 3" not in screen


def test_a_plain_line_says_how_many_are_open_and_what_was_sent_last() -> None:
    quiet = sentence(summary(Told()))
    loud = sentence(summary(told([incident()], [MESSAGE])))

    assert quiet.endswith("0 incidents open")
    assert loud.endswith("1 incident open, last message 09:00:02 to Lin Yue: " + MESSAGE["title"])

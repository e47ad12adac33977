"""The floor in a few lines."""

from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from floorpulse.demo.domain.summary import (
    DemoProgress,
    Line,
    Summary,
    Verdict,
    duration,
    lines,
    rate,
    share,
)
from floorpulse.demo.screen import picture, sentence

LINE = Line("orders", 0.85, 40, 0.8, 3, 42.0, 41, 0.025)
FLOOR = replace(LINE, queue=None)
PROGRESS = DemoProgress(1200, 3, 10.0)


def row(
    kpi: str, value: float | None, denominator: float | None = None, queue: str | None = "orders"
) -> dict[str, Any]:
    return {"queue": queue, "kpi": kpi, "value": value, "denominator": denominator}


def shown(summary: Summary | None) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as captured:
        console.print(picture(summary))
    return captured.get()


def test_the_rows_of_a_queue_make_its_line() -> None:
    rows = [
        row("service_level", 0.85, 40),
        row("waiting", 3),
        row("longest_wait", 42.0),
        row("offered", 41),
        row("abandonment_rate", 0.025, 40),
        row("waiting", 1, queue="vip"),
    ]

    orders, vip = lines(rows, {"orders": 0.9}, 0.8)

    assert orders == replace(LINE, target=0.9)
    assert vip == Line("vip", None, 0, 0.8, 1, 0.0, 0, None)


@pytest.mark.parametrize(
    ("level", "sample", "verdict"),
    [
        (0.80, 10, Verdict.GOOD),
        (0.79, 10, Verdict.NEAR),
        (0.74, 10, Verdict.BELOW),
        (0.10, 9, Verdict.FEW),
        (None, 0, Verdict.NONE),
        (None, 20, Verdict.NONE),
    ],
)
def test_a_service_level_is_judged_by_its_target_when_there_are_calls_enough(
    level: float | None, sample: int, verdict: Verdict
) -> None:
    assert replace(LINE, service_level=level, sample=sample).verdict is verdict


def test_the_rate_is_what_was_counted_between_two_looks() -> None:
    assert rate(DemoProgress(200, 0, 8.0), PROGRESS) == 500.0


@pytest.mark.parametrize("before", [None, DemoProgress(1300, 0, 8.0), DemoProgress(100, 0, 10.0)])
def test_there_is_no_rate_without_two_looks_at_one_log(before: DemoProgress | None) -> None:
    assert rate(before, PROGRESS) is None


def test_spans_and_shares_are_written_for_people() -> None:
    assert [duration(0), duration(65.9), duration(3605)] == ["0:00", "1:05", "1:00:05"]
    assert [share(0.8421), share(None)] == ["84.2 %", "–"]


def test_the_floor_is_told_in_a_sentence() -> None:
    said = sentence(Summary((LINE,), FLOOR, PROGRESS, 52.4))

    assert said.split("; ") == [
        "15m: service level 85.0 % of 41 offered, 3 waiting (longest 0:42), 2.5 % abandoned",
        "52 events/s, 1,200 counted, 3 behind",
        "0 incidents open",
    ]


def test_the_picture_has_a_row_a_queue_and_the_floor_last() -> None:
    drawn = shown(
        Summary(
            (LINE, replace(LINE, queue="vip", waiting=0, service_level=0.2)), FLOOR, PROGRESS, None
        )
    ).splitlines()

    assert [
        words[0]
        for line in drawn
        if (words := line.strip(" │┃").split()) and words[0] in {"orders", "vip", "the"}
    ] == [
        "the",
        "orders",
        "vip",
        "the",
    ]
    assert any("below" in line and "20.0 %" in line and "–" in line for line in drawn)


def test_an_empty_floor_says_what_to_do() -> None:
    assert "post events to /v1/events" in shown(Summary((), FLOOR, PROGRESS, None))


def test_a_silent_api_is_said() -> None:
    assert "does not answer" in shown(None)
    assert "does not answer" in sentence(None)

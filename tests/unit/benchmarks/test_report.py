"""The benchmark's reckoning and its page, on figures made up here."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.api_load import Crowd, Load, Past, Spread
from tests.benchmarks.chart import Bar, chart
from tests.benchmarks.kills import Killed, lives
from tests.benchmarks.latency import LEGS, Latency, Quantiles
from tests.benchmarks.oracle import Verdict
from tests.benchmarks.paces import Pace, Paces
from tests.benchmarks.report import Findings, Result, page, wrong_figures
from tests.benchmarks.stages import Meter
from tests.benchmarks.trial import Look, parts, reckoned
from tests.benchmarks.workload import Record


def result(
    name: str, cpu: float, *, wrong: int = 0, figures: tuple[str, ...] = ("offered",)
) -> Result:
    beside = [[cpu + 1, cpu, cpu + 5]] * 3, [0.25] * 3, [0.5] * 3, [1.0] * 3, [5_000.0] * 3
    return Result(
        name,
        f"title of {name}",
        1_000,
        [cpu + 2, cpu, cpu + 1],
        *beside,
        100,
        wrong,
        figures,
        [0, 1, 2],
    )


def written(*results: Result) -> str:
    return page(
        Findings(
            {"cores": "2"}, {"Apache Kafka": "4"}, {"W1": "seed 1"}, list(results), {}, None, None
        ),
        Path("/nowhere"),
    )


def test_both_paces_stand_side_by_side_with_what_postgresql_spends() -> None:
    live = Pace(
        "Floorpulse",
        "live",
        1_000,
        60_000,
        [14.0, 16.0, 15.0],
        [20.0, 30.0, 22.0],
        [500.0, 600.0, 700.0],
    )
    findings = Findings(
        {},
        {},
        {},
        [],
        {},
        None,
        None,
        paces=Paces(
            400_000,
            [live],
            {"Floorpulse": 0.86},
            {"Floorpulse": 1.5},
            {"Floorpulse": "native", "the base": "python"},
        ),
    )

    said = page(findings, Path("/nowhere"))

    assert "that holds 400,000 events" in said
    assert "as follows: Floorpulse by its core in C, the base by Python." in said
    row = (
        "| Floorpulse, live | 1,000 | **15.0** [14.0, 16.0] | **22.0** [20.0, 30.0] | 1.5 | 600 "
        "| 86% | 60,000 |"
    )
    assert row in said


def test_cpu_is_counted_from_thaw_and_each_part_on_its_own() -> None:
    looks = [
        Look(0.0, [1.0, 5.0], 10, 0),
        Look(1.0, [2.0, 5.5], 240, 600),
        Look(2.0, [2.2, 6.0], 260, 1_000),
    ]

    done = reckoned(looks, ["kafka"], {})

    assert round(done.cpu) == 1_200
    assert [round(cost) for cost in done.parts] == [1_667, 500]
    assert done.pages == 0.25
    assert round(done.beside["kafka"]) == 1_000
    assert done.rate == 500


def test_a_run_seen_only_at_its_end_is_one_part() -> None:
    done = reckoned([Look(0.0, [0.0], 0, 0), Look(1.0, [0.01], 0, 1_000)], [], {})

    assert done.parts == [done.cpu]


def test_a_part_holds_a_tenth_of_the_log_at_least_and_what_is_left_behind_the_last_is_no_part() -> (
    None
):
    looks = [
        Look(at, [at], 0, reached)
        for at, reached in ((0.0, 0), (1.0, 90), (2.0, 100), (3.0, 950), (4.0, 1_000))
    ]

    assert [round(cost) for cost in parts(looks)] == [20_000, 1_176]


def test_calm_is_the_lower_quartile_of_all_parts() -> None:
    assert result("ours", 7).calm == 7


def test_goals_are_ratios_of_the_lowest_runs_with_medians_beside() -> None:
    said = written(
        result("ours", 7), result("idiomatic", 560), result("streams", 15), result("getmany", 4)
    )

    assert "80.0 times (70.1 by medians, 80.0 by calm parts), met" in said
    assert "2.1 times (2.0 by medians, 2.1 by calm parts), not met" in said
    assert "1.75 × (1.60 × by medians, 1.75 × by calm parts), met" in said


def test_ratios_are_of_runs_of_the_same_round() -> None:
    base = replace(result("against", 21), cpu=[27.0, 16.0], postgres=[1.0, 2.0], rounds=[0, 2])

    said = written(result("ours", 7), base)

    assert "| title of against | **0.42** [0.33, 0.50] | **0.41** [0.34, 0.47] | 2.5 | 2 |" in said


def test_a_system_without_a_run_in_the_same_round_has_no_ratio() -> None:
    said = written(result("ours", 7), replace(result("against", 21), rounds=[7, 8, 9]))

    assert "| title of against | no round in common | | | 0 |" in said


def test_both_paces_are_compared_portion_by_portion() -> None:
    ours = Pace("Floorpulse", "live", 1_000, 40_000, [5.0, 6.0], [10.0, 30.0], [400.0, 500.0])
    base = Pace("the base", "live", 1_000, 40_000, [10.0, 24.0], [20.0, 30.0], [800.0, 500.0])
    shares = {"Floorpulse": 0.5, "the base": 0.5}
    both = Paces(400_000, [ours, base], shares, shares, {})

    said = page(Findings({}, {}, {}, [], {}, None, None, paces=both), Path("/nowhere"))

    ratios = "**0.38** [0.25, 0.50] | **0.75** [0.50, 1.00] | **0.75** [0.50, 1.00]"
    assert f"| live | {ratios} |" in said


def test_what_a_peer_does_instead_stands_in_the_page() -> None:
    said = written(result("ours", 7), replace(result("quix", 90), note="windows that never close"))

    assert "* title of quix: windows that never close" in said


def test_a_system_that_differs_from_the_oracle_shows_its_error_rate() -> None:
    assert "5.00% of 100" in written(result("ours", 7), result("take", 30, wrong=5))


def test_goals_are_void_where_ours_differs_from_the_oracle() -> None:
    said = written(result("ours", 7, wrong=1), result("getmany", 4))

    assert "Void" in said
    assert "met" not in said.partition("## Goals")[2].partition("## Conditions")[0]


@pytest.mark.parametrize(
    ("p99", "wrong", "verdict"), [(9.9, 0, "met"), (10.1, 0, "not met"), (9.9, 1, "not met")]
)
def test_the_api_meets_its_goal_at_its_99th_percentile_and_with_right_answers_only(
    p99: float, wrong: int, verdict: str
) -> None:
    asked = Spread(500, 1.0, 5.0, p99, 20.0)
    found = Load(1000, 500, 60, {"one queue": asked}, asked, wrong, 0.5, Quantiles(10, 11))
    said = page(
        Findings({}, {}, {}, [], {}, None, None, found, {"by day": Past(31, 90.0, 101.0)}),
        Path("/nowhere"),
    )

    assert f"(goal: at most 10 ms, {verdict})" in said
    assert ("Void" in said) == bool(wrong)
    assert "| by day | 31 | 90 | 101 | not met |" in said


@pytest.mark.parametrize(
    ("p99", "wrong", "verdict"), [(9.9, 0, "met"), (10.1, 0, "not met"), (9.9, 1, "not met")]
)
def test_a_wall_beside_those_who_ask_for_everything_has_the_same_goal(
    p99: float, wrong: int, verdict: str
) -> None:
    alone = Spread(500, 1.0, 2.0, 3.0, 4.0)
    beside = Spread(500, 1.5, 5.0, p99, 20.0)
    crowd = Crowd(21_000, 2000, 50, alone, beside, wrong, 292_000, 20_000)
    said = page(Findings({}, {}, {}, [], {}, None, None, crowds=[crowd]), Path("/nowhere"))

    assert (
        f"| 2,000 of 21,000 | 1.0 | 3.0 | 1.5 | {p99:.1f} | 20.0 | 292,000 | 20,000 | {wrong} | "
        f"{verdict} |" in said
    )


def test_stages_and_legs_stand_in_the_page_with_calm_beside_whole() -> None:
    delay = Latency(
        {leg: Quantiles(place, place * 10) for place, leg in enumerate(LEGS, 1)},
        Quantiles(10, 11),
        marks=100,
        rate=300,
    )
    said = page(
        Findings({}, {}, {}, [], {}, {"fetch": (4.0, 1.0), "fold": (9.0, 3.0)}, delay),
        Path("/nowhere"),
    )

    assert "| fold | 9.00 | 3.00 | 75% |" in said
    assert "| together | 13.00 | 4.00 | |" in said
    assert "| shown by the API | 4 | 40 |" in said
    assert "p50 4 ms, p99 40 ms over 100 marks (goal: p99 at most 500 ms, met)" in said


def test_a_stages_calm_cost_is_the_lower_quartile_of_its_pieces() -> None:
    meter = Meter()
    meter.pieces["decode"] = [(cost, 1000) for cost in (0.004, 0.001, 0.002, 0.9, 0.003)]
    meter.pieces["encode"] = [(0.5, 100), (0.25, 0), (0.125, 0)]

    assert meter.calm("decode") == pytest.approx(2)
    assert meter.whole("decode", 5000) == pytest.approx(182)
    assert meter.gather("encode", 40) == pytest.approx(0.375)
    assert meter.pieces["encode"] == [(0.5, 100), (pytest.approx(0.375), 40)]


def rectangles(picture: str) -> list[float]:
    drawn = ET.fromstring(picture)  # noqa: S314
    found = drawn.findall("{http://www.w3.org/2000/svg}rect")
    return [float(one.attrib["width"]) for one in found]


def test_wrong_figures_are_drawn_from_nothing_on() -> None:
    found = [
        Killed("ours", "Floorpulse", 20_000, Verdict(4_000, 0)),
        Killed("take", "a peer", 20_000, Verdict(4_000, 400)),
    ]

    right, wrong = rectangles(wrong_figures(found))

    assert right == 1
    assert wrong == 470


def test_a_chart_of_systems_that_are_all_right_is_a_chart() -> None:
    assert rectangles(wrong_figures([Killed("ours", "ours", 9, Verdict(4, 0))])) == [1]


def test_what_was_killed_stands_in_the_page_with_what_was_compared() -> None:
    found = [Killed("take", "a peer", 20_000, Verdict(4_000, 100))]

    said = page(Findings({}, {}, {}, [], {}, None, None, kills=found), Path("/nowhere"))

    assert "## Killed 3 times" in said
    assert "| a peer | 20,000 | 100 of 4,000 | 2.50 % |" in said


def test_a_log_is_cut_into_as_many_parts_as_there_are_lives() -> None:
    records = [Record(0, b"", b"%d" % number) for number in range(10)]

    parts_of_it = lives(records)

    assert [len(one) for one in parts_of_it] == [3, 3, 3, 1]
    assert [one for some in parts_of_it for one in some] == records


def test_the_chart_is_well_formed() -> None:
    bars = [Bar("ours", 7.0, 6.5, 8.0, "main"), Bar("a & b", 560.0, 550.0, 570.0, "peer")]
    drawn = ET.fromstring(chart("CPU <µs>", "µs", bars))  # noqa: S314

    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == 2

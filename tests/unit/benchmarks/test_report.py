"""The benchmark's reckoning and its page, on figures made up here."""

from pathlib import Path
from xml.etree import ElementTree as ET

from tests.benchmarks.chart import Bar, chart
from tests.benchmarks.report import Findings, Result, page
from tests.benchmarks.trial import Look, reckoned


def result(name: str, cpu: float, *, wrong: int = 0, figures: tuple[str, ...] = ("offered",)) -> Result:
    beside = [cpu] * 3, [0.5] * 3, [1.0] * 3, [5_000.0] * 3
    return Result(name, f"title of {name}", 1_000, [cpu + 2, cpu, cpu + 1], *beside, 100, wrong, figures)


def written(*results: Result) -> str:
    return page(Findings({"cores": "2"}, {"Apache Kafka": "4"}, {"W1": "seed 1"}, list(results), {}, None, None), Path("/nowhere"))


def test_cpu_is_counted_from_thaw_and_the_second_half_on_its_own() -> None:
    looks = [Look(0.0, [1.0, 5.0], 0), Look(1.0, [2.0, 5.5], 600), Look(2.0, [2.2, 6.0], 1_000)]

    done = reckoned(looks, ["kafka"], {})

    assert round(done.cpu) == 1_200
    assert round(done.steady) == 500
    assert round(done.beside["kafka"]) == 1_000
    assert done.rate == 500


def test_a_run_seen_only_at_its_end_has_no_second_half_of_its_own() -> None:
    done = reckoned([Look(0.0, [0.0], 0), Look(1.0, [0.01], 1_000)], [], {})

    assert done.steady == done.cpu


def test_goals_are_ratios_of_the_lowest_runs_with_medians_beside() -> None:
    said = written(result("ours", 7), result("idiomatic", 560), result("streams", 15), result("getmany", 4))

    assert "80.0 times (70.1 by medians, 80.0 by second halves), met" in said
    assert "2.1 times (2.0 by medians, 2.1 by second halves), not met" in said
    assert "1.75 × (1.60 × by medians, 1.75 × by second halves), met" in said


def test_a_system_that_differs_from_the_oracle_shows_its_error_rate() -> None:
    assert "5.00% of 100" in written(result("ours", 7), result("take", 30, wrong=5))


def test_goals_are_void_where_ours_differs_from_the_oracle() -> None:
    said = written(result("ours", 7, wrong=1), result("getmany", 4))

    assert "Void" in said
    assert "met" not in said.partition("## Goals")[2].partition("## Conditions")[0]


def test_the_chart_is_well_formed() -> None:
    drawn = ET.fromstring(chart("CPU <µs>", "µs", [Bar("ours", 7.0, 6.5, 8.0, "main"), Bar("a & b", 560.0, 550.0, 570.0, "peer")]))  # noqa: S314

    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == 2

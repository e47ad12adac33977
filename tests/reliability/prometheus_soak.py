"""A real Prometheus with the shipped rules beside the demo's busiest evening: what records, what
fires, and what should have; then the engine is frozen, and the service's own alerts have their
turn.

    python -m tests.reliability.prometheus_soak [--minutes 15] [--report FILE]

Exit code 1 where a record has no series, an alert of the service fires that should not, alerts of
the floor's figures fire elsewhere than `alarm_oracle` says, or a frozen engine is not noticed.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic
from tests.integration.prometheus import RealPrometheus, beside_a_demo, prometheus
from tests.integration.running_demo import Demo, demo
from tests.reliability.alarm_oracle import (
    BURNS,
    EXPECTED,
    Named,
    QueueNow,
    Sample,
    may_fire,
    must_fire,
)
from tests.reliability.soak_parts import WRONG, say

SCENARIO = "double-eleven"
PACE = 5
"""Seconds between two scrapes, and between two looks at the rules"""
WATCHDOG = "FloorpulseWatchdog"
OF_A_FROZEN_ENGINE = {"FloorpulseFiguresStale", "FloorpulseTargetDown"}
NOTICED_WITHIN = 240.0


@dataclass(eq=False)
class Watched:
    """What was seen."""

    samples: list[Sample] = field(default_factory=list)
    fired: dict[str, set[str]] = field(default_factory=dict)
    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    """(series, those of them that are NaN) by record, as last seen"""
    noticed: float | None = None
    """Seconds after which a frozen engine was told, and the watchdog silent"""

    def fires(self, alert: str, labels: dict[str, str]) -> None:
        """An alert was seen firing."""
        self.fired.setdefault(alert, set()).add(labels.get("queue", ""))

    @property
    def of_the_floor(self) -> set[Named]:
        """The alerts of the floor's figures that fired, by queue."""
        known = EXPECTED.keys() | BURNS.keys()
        return {(alert, queue) for alert in known for queue in self.fired.get(alert, ())}

    def wrong(self) -> list[str]:
        """What is not as it should be, one line each."""
        must, may = must_fire(self.samples), may_fire(self.samples)
        fired = self.of_the_floor
        strangers = self.fired.keys() - EXPECTED.keys() - BURNS.keys() - {WATCHDOG}
        empty = [name for name, (number, _) in self.records.items() if not number]
        return [
            *(f"the record {name} has no series" for name in empty),
            *(f"{name} fired" for name in sorted(strangers)),
            *([] if WATCHDOG in self.fired else [f"{WATCHDOG} did not fire"]),
            *(f"{alert} did not fire for {queue}" for alert, queue in sorted(must - fired)),
            *(f"{alert} fired for {queue}" for alert, queue in sorted(fired - may - must)),
        ]


@dataclass(frozen=True)
class Course:
    """How long to watch, seconds, or only until all is well; `pace` is the seconds between two
    scrapes, and between two looks of Prometheus at its rules.
    """

    seconds: float
    pace: int
    until_well: bool = False
    freeze: bool = False


async def watch(folder: Path, course: Course) -> Watched:
    """Run the demo and Prometheus."""
    seen = Watched()
    async with demo(folder / "state", free_port(), "--scenario", SCENARIO) as running:
        async with prometheus(folder, beside_a_demo(running.state, course.pace)) as near:
            until = monotonic() + course.seconds
            while monotonic() < until:
                await look(near, running, seen)
                if course.until_well and not seen.wrong():
                    break
                await asyncio.sleep(2 * course.pace)
            if course.freeze:
                seen.noticed = await freeze(near, running)
        await running.stop()
    return seen


async def look(near: RealPrometheus, running: Demo, seen: Watched) -> None:
    """What fires, what is recorded, and what the API says of the floor."""
    for rule in await near.rules("alert"):
        for alert in rule["alerts"]:
            if alert["state"] == "firing":
                seen.fires(rule["name"], alert["labels"])
    for rule in await near.rules("record"):
        values = [one["value"][1] for one in await near.series(rule["name"])]
        seen.records[rule["name"]] = len(values), values.count("NaN")
    seen.samples.append(Sample(monotonic(), await queues(running)))
    say(f"{len(seen.samples)} looks, firing: {sorted(seen.fired)}")


async def freeze(near: RealPrometheus, running: Demo) -> float | None:
    """Stop the engine where it stands; the seconds until that is told, None where it is not."""
    (engine,) = running.pids("engine")
    os.kill(engine, signal.SIGSTOP)
    began = monotonic()
    try:
        while monotonic() < began + NOTICED_WITHIN:
            firing = await firing_now(near)
            if firing >= OF_A_FROZEN_ENGINE and WATCHDOG not in firing:
                return monotonic() - began
            await asyncio.sleep(1)
    finally:
        os.kill(engine, signal.SIGCONT)
    return None


async def firing_now(near: RealPrometheus) -> set[str]:
    """The alerts that fire."""
    rules = await near.rules("alert")
    return {rule["name"] for rule in rules if rule["state"] == "firing"}


async def queues(running: Demo) -> dict[str, QueueNow]:
    """All queues, from the API."""
    level, recent, abandoned = await asyncio.gather(
        _rows(running, "service_level", "15m"),
        _rows(running, "service_level", "5m"),
        _rows(running, "abandonment_rate", "30m"),
    )
    told = (await running.get("/v1/queues"))["rows"]
    return {
        one["queue"]: QueueNow(
            channel=one["channels"][0],
            target=one["target"],
            service_level=level[one["queue"]]["value"],
            judged=level[one["queue"]]["denominator"] or 0,
            recent_service_level=recent[one["queue"]]["value"],
            abandonment=abandoned[one["queue"]]["value"],
            offered=abandoned[one["queue"]]["denominator"] or 0,
            waiting=one["waiting"],
            longest_wait=one["longest_wait"],
            available=one["agents"].get("available", 0),
            logged_in=sum(one["agents"].values()),
        )
        for one in told
        if one["queue"] in level
    }


async def _rows(running: Demo, kpi: str, window: str) -> dict[str, Any]:
    answer = await running.get("/v1/kpis", kpi=kpi, window=window, by="queue")
    return {row["queue"]: row for row in answer["rows"]}


def report(seen: Watched, minutes: float) -> Sequence[str]:
    """What was seen, in Markdown."""
    return [
        f"# {minutes:g} minutes of {SCENARIO} under a real Prometheus",
        "",
        *(
            f"- {name}: {all_} series" + (f", {nan} of them NaN" if nan else "")
            for name, (all_, nan) in sorted(seen.records.items())
        ),
        "",
        *(
            f"- fired: {alert} {', '.join(sorted(filter(None, there)))}".rstrip()
            for alert, there in sorted(seen.fired.items())
        ),
        "",
        "- frozen engine: "
        + ("not noticed" if seen.noticed is None else f"told after {seen.noticed:.0f} s"),
        *(f"{WRONG} {line}" for line in seen.wrong()),
    ]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    course = Course(options.minutes * 60, PACE, freeze=True)
    with tempfile.TemporaryDirectory(prefix="floorpulse-prometheus-") as name:
        try:
            seen = asyncio.run(watch(Path(name), course))
        except httpx.HTTPError as failed:
            say(f"the demo or Prometheus does not answer: {failed!r}")
            return 1
    text = "\n".join(report(seen, options.minutes)) + "\n"
    sys.stdout.write(text)
    if options.report is not None:
        options.report.write_text(text, encoding="utf-8")
    return 1 if seen.wrong() or seen.noticed is None else 0


if __name__ == "__main__":
    sys.exit(main())

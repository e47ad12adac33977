"""What it costs to render `/metrics`, and how large it is: CPU of whole pages, in a process that
does nothing else.

The floor has as many queues as 10,000 series tell one by one. Between two pages 15 seconds pass, as
Prometheus scrapes it, with the news of each; windows turn every fourth page. The clock is made.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from prometheus_client import generate_latest

from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.pipeline.lag import LogRange
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import SERIES_PER_QUEUE, SERIES_PER_TENANT, Exposition
from floorpulse.query.prometheus.page import FloorSamples, Scrape
from floorpulse.query.prometheus.progress import PipelineProgress
from floorpulse.runtime.gc_tuning import SHORT_PAUSES, leave_alone_what_is_here
from floorpulse.runtime.process_metrics import process_registry
from floorpulse.runtime.scraped import ScrapeAccepts
from tests.benchmarks.busy_floor import BusyFloor
from tests.benchmarks.rules_load import EVALUATIONS, LOOP, LivelyFloor, loop_seconds
from tests.fakes.floor import FixedLog, MemoryFloor, MemoryHistory

MOST = 10_000
"""Series"""
QUEUES = (MOST - SERIES_PER_TENANT) // SERIES_PER_QUEUE
PAGES = 60
INTERVAL = 15_000
GOAL = 0.05
"""CPU seconds a page"""
BEFORE = 15_894
"""Bytes a queue before feedback had gauges in long windows only, and no sample size was told twice:
148 series
"""
PAGE = "metrics.md"
TEXT = ScrapeAccepts("text/plain", generate_latest, packed=False)


@dataclass(frozen=True)
class MetricsLoad:
    """CPU seconds of a page: on average, in the lower quartile (noise of the machine only adds), of
    the dearest. `series` and `text` (bytes) are those of the whole page, `queue` those of one
    queue's lines.
    """

    queues: int
    pages: int
    cpu: float
    calm: float
    dearest: float
    series: int
    text: int
    packed: int
    queue: tuple[int, int]
    loop: float


async def metrics_load(floor: BusyFloor, pages: int) -> MetricsLoad:
    """Render so many pages of a floor."""
    made = LivelyFloor(floor)
    made.board.counting = True
    made.fill()
    scrape = _scrape(made)
    await scrape.page(TEXT)
    leave_alone_what_is_here(SHORT_PAUSES)  # as a process does whose board is loaded
    spent = []
    page = b""
    for _ in range(pages):
        made.now += INTERVAL
        for quarter in range(EVALUATIONS):
            made.second(quarter)
        began = process_time()
        page = await scrape.page(TEXT)
        spent.append(process_time() - began)
    lines = [line for line in page.splitlines(keepends=True) if not line.startswith(b"#")]
    of_one = [line for line in lines if f'queue="{floor.name(0)}"'.encode() in line]
    return MetricsLoad(
        floor.queues,
        pages,
        sum(spent) / pages,
        sorted(spent)[(pages - 1) // 4],
        max(spent),
        len(lines),
        len(page),
        len(gzip.compress(page, 1)),
        (len(of_one), sum(map(len, of_one))),
        loop_seconds(),
    )


def _scrape(made: LivelyFloor) -> Scrape:
    floors = Floors(made.board, lambda: made.now, lambda: NOTHING)
    history = MemoryHistory(MemoryFloor())
    live = LiveFigures(floors, Lookup(history, history, _seconds(made)), Turns())
    log = FixedLog({number: LogRange(0, made.offset) for number in range(made.floor.partitions)})
    metrics = QueryMetrics(process_registry())
    progress = PipelineProgress(
        Pipeline(made.board, log, MemoryFloor(), lambda: made.now),
        made.board,
        _seconds(made),
        metrics.went_without,
    )
    samples = FloorSamples(Exposition(floors, MOST), WholeFloors(live), progress)
    return Scrape(samples, lambda: True, metrics, lambda: made.now, _seconds(made))


def _seconds(made: LivelyFloor) -> Callable[[], float]:
    return lambda: made.now / 1000


def written(found: MetricsLoad, machine: Mapping[str, str], folder: Path) -> str:
    """Write the page; what it says in one line."""
    (folder / PAGE).write_text(page(found, machine))
    met = "met" if found.cpu <= GOAL else "not met"
    return (
        f"metrics: {1000 * found.cpu:.0f} ms CPU a page of {found.series:,} series, "
        f"{found.queue[1]:,} bytes a queue; at most {1000 * GOAL:g} ms: {met}"
    )


def page(found: MetricsLoad, machine: Mapping[str, str]) -> str:
    """The findings as a page."""
    series, size = found.queue
    rows = [
        ("CPU of a page, ms", f"**{1000 * found.cpu:.1f}**"),
        (f"at most {1000 * GOAL:g}", "met" if found.cpu <= GOAL else "not met"),
        ("lower quartile of the pages, ms", f"{1000 * found.calm:.1f}"),
        ("the dearest page (windows turn), ms", f"{1000 * found.dearest:.1f}"),
        ("series", f"{found.series:,}"),
        ("the page, bytes", f"{found.text:,}"),
        ("packed with gzip, bytes", f"{found.packed:,}"),
        ("series of a queue", f"{series}"),
        (f"bytes of a queue ({BEFORE:,} before)", f"{size:,}"),
        (f"a loop of {LOOP:,} steps, s", f"{found.loop:.3f}"),
        *machine.items(),
    ]
    lines = [f"| {name} | {value} |" for name, value in rows]
    head = HEAD.format(queues=found.queues, pages=found.pages)
    return "\n".join([head, "| | |", "| --- | --- |", *lines, ""])


HEAD = """# Metrics

Written by `make bench ARGS="--systems metrics"`: {pages} pages of `/metrics` of one tenant with
{queues} queues, as many as the default bound tells one by one; 15 seconds of a made clock between
two, with news of every queue. The CPU is this process's, from the request to the text, without
packing. What a page has, and what was left out of it: [metrics](../metrics.md). The loop tells how
quick the machine was.
"""

"""The page of what taking an event costs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.ingest_load import EACH, OURS, IngestLoad, Load

PAGE = "ingest.md"
GOALS = {1: 1.3, 10: 1.3, 500: 8.0}
"""How many times cheaper than the plain service, by events of a request"""


def written(found: IngestLoad, machine: Mapping[str, str], folder: Path) -> str:
    """Write the page; what it says in one line."""
    (folder / PAGE).write_text(page(found, machine))
    loads = found.spent[OURS]
    said = [
        f"{form} {size}: {median(loads[form, size]):.1f} µs, "
        f"{median(found.cheaper((form, size), EACH)):.2f} × cheaper"
        for form, size in loads
    ]
    return f"ingest: {'; '.join(said)}"


def page(found: IngestLoad, machine: Mapping[str, str]) -> str:
    """The findings as a page."""
    titles = [OURS, *[title for title in found.spent if title != OURS]]
    head = ["| form | events a request |", *[f" {title} |" for title in titles]]
    rows = [
        "| {} | {} | {} |".format(
            *load, " | ".join(_spread(found.spent[title][load]) for title in titles)
        )
        for load in found.spent[OURS]
    ]
    others = titles[1:]
    ratios = [
        "| {} | {} | {} | {} |".format(
            *load,
            " | ".join(_spread(found.cheaper(load, title), 2) for title in others),
            _verdict(found, load),
        )
        for load in found.spent[OURS]
    ]
    return "\n".join(
        [
            HEAD.format(rounds=len(found.spent[OURS]["array", 1])),
            "".join(head),
            "| --- " * (len(titles) + 2) + "|",
            *rows,
            RATIOS,
            "| form | events a request | " + " | ".join(others) + " | goal |",
            "| --- " * (len(others) + 3) + "|",
            *ratios,
            "",
            "## Machine",
            "",
            "| | |",
            "| --- | --- |",
            *[f"| {name} | {value} |" for name, value in machine.items()],
            "",
        ]
    )


def _spread(values: Sequence[float], digits: int = 1) -> str:
    low, middle, high = min(values), median(values), max(values)
    return f"**{middle:.{digits}f}** [{low:.{digits}f}, {high:.{digits}f}]"


def _verdict(found: IngestLoad, load: Load) -> str:
    goal = GOALS[load[1]]
    met = "met" if median(found.cheaper(load, EACH)) >= goal else "not met"
    return f"{goal:g} × cheaper: {met}"


HEAD = """# Ingest

Written by `make bench ARGS="--systems ingest"`: `POST /v1/events` of `floorpulse ingest` beside a
plain service for the same events (`tests/benchmarks/ingest_peer.py`): a FastAPI route whose events
pydantic validates and aiokafka's `send_and_wait` sends, one after the other. It has the same
limits, pseudonyms and acknowledgement, and compresses every batch, where ingest leaves a few small
records as they are. It lets pydantic read the body's bytes, knows only the five kinds of events
that are sent, and refuses a whole request for one wrong event: these are in its favour. Its second
column hands all events of a request to the producer and waits once, which is how to tune it; the
goals are set beside the first. *Floorpulse at …* is another revision, `--against`.

Eight connections send stories of contacts, no contact twice. What counts is CPU of the service's
process, user and system, µs an event; the services take turns, {rounds} rounds after one that does
not count. Median [lowest, highest]; the array of one event stands without brackets.
"""
RATIOS = """
How many times cheaper `floorpulse ingest` is, round by round:
"""

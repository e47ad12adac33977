"""The page of all metrics, generated from the catalogue; the published copy is `docs/metrics.md`.

`python -m floorpulse.cli.metrics_page > docs/metrics.md` writes it anew.
"""

import sys
from collections.abc import Iterator
from itertools import groupby

from floorpulse.board.domain.queue_names import OTHER
from floorpulse.cli.metric_catalogue import EVERY_PROCESS, CataloguedMetric, catalogue

HEAD = """# Metrics

Every process tells Prometheus about itself, and `floorpulse api` about the floor too. `api`,
`ingest` and `alerts` serve `/metrics` on their own port, an engine on
`FLOORPULSE_ENGINE__METRICS_PORT`; `floorpulse http` is `ingest`, `api` and the routes of `alerts`
in one process, and tells of contracts too. The column *act when* says what must be seen before
somebody does something, and what; `–` wants nothing by itself.

## How the floor is told

* **Two layers.** Counters and a histogram, for whoever computes rates himself: one for each part of
  every ratio. And exact gauges for each `window`, computed as [KPIs](kpis.md) are, with the
  definitions in force: a window cannot be had exactly from scraped counters.
* **Undefined is NaN, never 0**: a service level without contacts, a figure that could not be
  looked up in time. Comparisons with NaN are false, `absent()` does not see it; `…_sample_size`
  says of how many contacts a value is. Take quantiles and moving means in the query, of
  `… >= 0`, and not in a Grafana panel: a panel's median and percentiles are wrong beside NaN, and
  its moving mean ends at the first one.
* **Units** are those of Prometheus: seconds, ratios from 0 to 1, instants in seconds since 1970. An
  age is `time() -` an instant.
* **No label names an agent, a contact or a caller.** Queues beyond `FLOORPULSE_API__MOST_SERIES`
  are one, `queue="__other__"`; `floorpulse_metrics_folded_queues` says how many.
* **Counters begin at 0**, with the process and with each queue: a queue that comes to the page
  tells its counters as they were before for 15 seconds, so that `increase()` sees its first
  contacts. Its gauges are exact at once. Queues that [definitions](definitions.md) name are there
  before their first contact. After a restart of the process counters begin anew, which `rate()`
  and `increase()` know; a counter never falls otherwise, corrections are held back until new
  contacts have made up for them.
* **Always an answer, in time.** What must be looked up is waited for
  `FLOORPULSE_API__METRICS_SECONDS`, then it is NaN and counted in
  `floorpulse_api_lookups_unanswered_total`. While Kafka is away the lag is NaN, while the database
  is away so are the lag and what only tables know; all else goes on. Before the live figures are
  loaded the page has the process alone, with `floorpulse_board_loaded 0`.
* **Formats**: the text format, or OpenMetrics where the scraper prefers it; packed with gzip where
  it unpacks it, to a twelfth. The page is rendered ten times a second at most. What it costs:
  [benchmark](benchmarks/metrics.md).

## What was left out

A queue and channel has some 125 series. Nothing is told twice, and nothing that is nearly always
undefined:

* Satisfaction, QA and complaints have gauges in the windows `60m` and `today` only: feedback comes
  hours after the contact. Their counters tell the rest.
* The sample of wait quantiles is that of the average speed of answer, the sample of complaints per
  10,000 that of the average handle time.
* Teams, sites and clients have no series: their figures are sums over queues, which
  [the API](api.md) gives exactly.

This page is generated from the code: `make generate`.
"""
FLOOR = "contactcenter_"


def published_metrics() -> str:
    """The text of the published page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, metrics in groupby(catalogue(), key=_title):
        yield f"## {title}\n"
        yield "| metric | type | labels | what it tells | act when |"
        yield "| --- | --- | --- | --- | --- |"
        yield from map(_row, metrics)
        yield ""


def _title(one: CataloguedMetric) -> str:
    if one.family.name.startswith(FLOOR):
        return "The floor: `api`"
    if one.processes == EVERY_PROCESS:
        return "Every process"
    return ", ".join(f"`{process}`" for process in one.processes)


def _row(one: CataloguedMetric) -> str:
    family = one.family
    labels = ", ".join(f"`{label}`" for label in family.labels) or "–"
    meaning = family.meaning.replace("|", "\\|").replace(OTHER, f"`{OTHER}`")
    return f"| `{family.name}` | {family.kind} | {labels} | {meaning} | {one.advice} |"


if __name__ == "__main__":
    sys.stdout.write(published_metrics())

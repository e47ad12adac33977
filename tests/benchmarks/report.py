"""The findings of a run as a page with a chart, and as JSON for whoever wants to compute with
them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec

from tests.benchmarks.api_load import Crowd, Load, Past, Spread
from tests.benchmarks.chart import Bar, chart, linear
from tests.benchmarks.kills import KILLS, Killed
from tests.benchmarks.latency import Latency
from tests.benchmarks.paces import Pace, Paces

PAGE = "README.md"
PICTURE = "cpu.svg"
WRONG = "wrong.svg"
FIGURES = "results.json"
OURS = "ours"
GOALS = {
    "against": (3.0, "at least"),
    "idiomatic": (60.0, "at least"),
    "streams": (6.0, "at least"),
    "getmany": (2.0, "at most"),
}
TOGETHER_GOAL = 3.0
"""How much dearer Kafka Streams should be than worker and PostgreSQL together"""


Stages = dict[str, tuple[float, float]]
"""CPU µs an event by stage: the whole run, and the calm pieces of it"""


@dataclass(frozen=True)
class Result:
    """All runs of one system: CPU µs and fresh pages an event, CPU of each run's parts;
    PostgreSQL's and Kafka's beside.
    """

    name: str
    title: str
    events: int
    cpu: list[float]
    parts: list[list[float]]
    pages: list[float]
    postgres: list[float]
    kafka: list[float]
    rate: list[float]
    cells: int
    wrong: int
    compared: tuple[str, ...]
    rounds: list[int]
    """The round of each run: one that failed left a gap"""
    note: str = ""

    @property
    def calm(self) -> float:
        """Lower quartile of the parts of all runs."""
        ordered = sorted(cost for run in self.parts for cost in run)
        return ordered[(len(ordered) - 1) // 4]

    @property
    def floor(self) -> bool:
        """Whether it counts nothing."""
        return not self.compared


@dataclass(frozen=True)
class Findings:
    """Everything one run of the benchmark found."""

    machine: dict[str, str]
    versions: dict[str, str]
    workload: dict[str, str]
    results: list[Result]
    absent: dict[str, str]
    stages: Stages | None
    latency: Latency | None
    load: Load | None = None
    month: dict[str, Past] | None = None
    crowds: Sequence[Crowd] = ()
    paces: Paces | None = None
    kills: Sequence[Killed] = ()


def write(findings: Findings, folder: Path) -> None:
    """Write page, picture and figures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FIGURES).write_bytes(
        msgspec.json.format(msgspec.json.encode(findings), indent=1) + b"\n"
    )
    if findings.results:
        (folder / PICTURE).write_text(picture(findings.results), "utf-8")
    if findings.kills:
        (folder / WRONG).write_text(wrong_figures(findings.kills), "utf-8")
    (folder / PAGE).write_text(page(findings, folder), "utf-8")


def picture(results: Sequence[Result]) -> str:
    """A bar a system."""
    ordered = sorted(results, key=lambda one: min(one.cpu))
    bars = [
        Bar(one.title.replace("`", ""), min(one.cpu), min(one.cpu), max(one.cpu), _kind(one))
        for one in ordered
    ]
    return chart("CPU of one event, lowest run and range (logarithmic)", "µs", bars)


def wrong_figures(found: Sequence[Killed]) -> str:
    """A bar a system that was killed: the share of its figures that are wrong."""
    ordered = sorted(found, key=lambda one: one.wrong_percent)
    bars = [
        Bar(
            one.title.replace("`", ""),
            one.wrong_percent,
            one.wrong_percent,
            one.wrong_percent,
            kind,
        )
        for one in ordered
        for kind in ("main" if one.name == OURS else "peer",)
    ]
    return chart(f"Figures that are wrong after {KILLS} kills", "%", bars, linear(bars))


def _kind(result: Result) -> str:
    if result.name == OURS:
        return "main"
    return "floor" if result.floor else "peer"


def page(findings: Findings, folder: Path) -> str:
    """The report."""
    sections = [
        HEAD,
        *(
            [f"![CPU of one event]({PICTURE})\n", systems(findings.results)]
            if findings.results
            else []
        ),
        notes(findings.results),
        ratios(findings.results),
        goals(findings.results),
        *([kills(findings.kills)] if findings.kills else []),
        *([stages(findings.stages)] if findings.stages else []),
        *([paces(findings.paces)] if findings.paces else []),
        *([latency(findings.latency)] if findings.latency else []),
        *([load(findings.load)] if findings.load else []),
        *([crowds(findings.crowds)] if findings.crowds else []),
        *([month(findings.month)] if findings.month else []),
        conditions(findings),
        further(folder),
    ]
    return "\n".join(one for one in sections if one)


HEAD = """# Benchmarks

Written by `make bench`: every system reads the same log from the same Apache Kafka node in the same run, alone on one core, while the
broker, PostgreSQL and the generator have the others. It joins while the log is empty, is frozen while the log fills, and is measured
from thaw until the last record is done: durable or committed where a system makes anything durable. What counts is CPU time an event;
seconds of one machine say little about another, so compare ratios. Virtual machines charge a process with time that their host took
from it, tenths of a second at once: such noise only ever adds, and hits the long run of a slow system and the short one of a fast
system differently. So two figures stand side by side: the lowest whole run, and of all tenths of all runs the lower quartile (*calm*).
"""


def systems(results: Sequence[Result]) -> str:
    """One row a system, and what it did."""
    ours = next((min(one.cpu) for one in results if one.name == OURS), None)
    return "\n".join(
        [COLUMNS, "| --- " * 10 + "|", *(_row(one, ours) for one in results), "", LEGEND]
    )


COLUMNS = (
    "| system | CPU µs an event | calm | pages | PostgreSQL | Kafka | events/s | × ours | "
    "events | figures wrong |"
)
LEGEND = """Lowest [median, highest] of the runs; the lowest in the other columns, of events/s the highest. *Calm*: the lower quartile of
all runs' tenths, which are those when just-in-time compilers are warm. *Pages*: of memory that the system gave it for each event; what
one costs stands under *Machine*. *PostgreSQL*, *Kafka*: their CPU beside, µs an event. *Figures wrong*: cells of panes (per tenant,
queue and minute: offered, answered, within 20 s, abandoned, sum of waits, handled, handle time, CSAT) that differ from the oracle,
which recomputes them from the log alone; a run with any is void as a peer of ours. The two stock Faust programs join nothing: only what
was offered is compared, and duplicates count twice.
"""


def _row(one: Result, ours: float | None) -> str:
    ratio = f"{min(one.cpu) / ours:.2f}" if ours else ""
    wrong = (
        "counts nothing"
        if one.floor
        else f"{one.wrong / one.cells:.2%} of {one.cells:,}"
        if one.wrong
        else f"0 of {one.cells:,}"
    )
    lowest = (
        f"{one.calm:.1f}",
        f"{min(one.pages):.2f}",
        f"{min(one.postgres):.1f}",
        f"{min(one.kafka):.1f}",
    )
    cells = [one.title, _spread(one.cpu), *lowest]
    return (
        "| "
        + " | ".join(
            [*cells, f"{max(one.rate):,.0f}", ratio, f"{one.events:,} × {len(one.cpu)}", wrong]
        )
        + " |"
    )


def notes(results: Sequence[Result]) -> str:
    """What the others do, and what they do instead of what they cannot."""
    lines = [f"* {one.title}: {one.note}" for one in results if one.note]
    return "\n".join([NOTES, *lines, ""]) if lines else ""


NOTES = """### What the others do

None of them keeps corrections of what was final or agents' states as the engine does, and none writes its panes to a database that
others ask.
"""


def _spread(values: Sequence[float]) -> str:
    return f"**{min(values):.1f}** [{median(values):.1f}, {max(values):.1f}]"


def ratios(results: Sequence[Result]) -> str:
    """Ours against every other one, round by round: both met the same minutes of the machine."""
    ours = next((one for one in results if one.name == OURS), None)
    rows = [] if ours is None else [_ratio(ours, one) for one in results if one is not ours]
    return "\n".join([RATIOS, *rows, ""]) if any(rows) else ""


def _ratio(ours: Result, other: Result) -> str:
    pairs = list(_pairs(ours, other))
    if not pairs:
        return f"| {other.title} | no round in common | | | 0 |"
    worker = [ours.cpu[mine] / other.cpu[its] for mine, its in pairs]
    whole = [_with_postgres(ours, mine) / _with_postgres(other, its) for mine, its in pairs]
    inverse = median(1 / one for one in worker)
    cells = (other.title, spread(worker), spread(whole), f"{inverse:.1f}", str(len(pairs)))
    return f"| {' | '.join(cells)} |"


def _pairs(ours: Result, other: Result) -> Iterator[tuple[int, int]]:
    """Where both have their run of the same round."""
    for mine, number in enumerate(ours.rounds):
        if number in other.rounds:
            yield mine, other.rounds.index(number)


def _with_postgres(one: Result, at: int) -> float:
    return one.cpu[at] + one.postgres[at]


def spread(values: Sequence[float]) -> str:
    """Median [lowest, highest] of ratios."""
    return f"**{median(values):.2f}** [{min(values):.2f}, {max(values):.2f}]"


RATIOS = """## Ours to each of them, round by round

CPU of an event in ours divided by CPU of an event in the other, both of the same round; every other round goes through the systems in
the opposite order. Median [lowest, highest]. *With PostgreSQL*: each with PostgreSQL's CPU added. *Times*: how many times dearer the other is.

| ours to | the worker | with PostgreSQL | times | rounds |
| --- | --- | --- | --- | --- |"""


def goals(results: Sequence[Result]) -> str:
    """How the ratios stand to what was aimed at."""
    found = {one.name: one for one in results}
    ours = found.get(OURS)
    if ours is None:
        return ""
    lines = ["## Goals\n"]
    if ours.wrong:
        return f"{lines[0]}\nVoid: {ours.title} differs from the oracle.\n"
    for name, (goal, sense) in GOALS.items():
        if name in found:
            lines.append(_goal(ours, found[name], goal, sense))
    if "streams" in found:
        lines.append(_together(ours, found["streams"]))
    return "\n".join(lines) + "\n"


def _together(ours: Result, streams: Result) -> str:
    both = min(map(sum, zip(ours.cpu, ours.postgres, strict=True)))
    times = min(streams.cpu) / both
    return (
        f"* With PostgreSQL's CPU added, {both:.1f} µs, at least {TOGETHER_GOAL:g} times cheaper "
        f"than {streams.title}: {times:.1f} times, {_met(times >= TOGETHER_GOAL)}."
    )


def _goal(ours: Result, other: Result, goal: float, sense: str) -> str:
    """By the lowest runs; by medians and by calm parts beside."""
    pairs = (
        (min(ours.cpu), min(other.cpu)),
        (median(ours.cpu), median(other.cpu)),
        (ours.calm, other.calm),
    )
    if sense == "at most":
        ratio, middle, calm = (mine / theirs for mine, theirs in pairs)
        beside = f"{middle:.2f} × by medians, {calm:.2f} × by calm parts"
        return (
            f"* At most {goal:g} × {other.title}: {ratio:.2f} × ({beside}), {_met(ratio <= goal)}."
        )
    ratio, middle, calm = (theirs / mine for mine, theirs in pairs)
    times = f"{ratio:.1f} times ({middle:.1f} by medians, {calm:.1f} by calm parts)"
    return f"* At least {goal:g} times cheaper than {other.title}: {times}, {_met(ratio >= goal)}."


def _met(met: bool) -> str:  # noqa: FBT001  the one thing it says
    return "met" if met else "not met"


def kills(found: Sequence[Killed]) -> str:
    """What is wrong after kills."""
    rows = [
        f"| {one.title} | {one.events:,} | {one.verdict.wrong:,} of {one.verdict.cells:,} | "
        f"{one.wrong_percent:.2f} % |"
        for one in found
    ]
    return "\n".join([KILLED.format(kills=KILLS, picture=WRONG), *rows, ""])


KILLED = """## Killed {kills} times

![Figures that are wrong after kills]({picture})

Each system gets the beginning of the log at a pace that all can keep, is ended by `kill -9` after each quarter, before all that it has read
is durable, and started again at once, with what it has on its disk. When the last record is done, its figures are held against the oracle:
those alone that it counts at all. Each works as it did above: none is asked for more than it promises.

| system | events | figures wrong | |
| --- | --- | --- | --- |"""


def stages(spent: Stages) -> str:
    """Where our CPU goes."""
    wholes, calms = (sum(column) for column in zip(*spent.values(), strict=True))
    rows = [
        f"| {stage} | {whole:.2f} | {calm:.2f} | {calm / calms:.0%} |"
        for stage, (whole, calm) in spent.items()
    ]
    return "\n".join([STAGES, *rows, f"| together | {wholes:.2f} | {calms:.2f} | |\n"])


STAGES = """## By stage

The engine's stages one after the other on the whole log, without timers, live updates and Faust. *Calm*: the lower quartile of the
pieces, which are record batches or flushes.

| stage | CPU µs an event | calm | share of calm |
| --- | --- | --- | --- |"""


def paces(found: Paces) -> str:
    """Both paces, PostgreSQL's CPU beside the worker's."""
    rows = [_paced(one, found) for one in found.paces]
    folds = ", ".join(f"{title} {FOLDS[by]}" for title, by in found.folds.items())
    head = PACES.format(stored=found.stored, folds=folds)
    return head + "\n".join([*rows, "", *paced_ratios(found.paces)])


FOLDS = {"native": "by its core in C", "python": "by Python"}


def paced_ratios(found: Sequence[Pace]) -> list[str]:
    """Ours to the other revision, portion by portion; none where there is no other."""
    first = found[0].title if found else ""
    rows = [
        f"| {ours.pace} | {_by_portion(ours.worker, other.worker)} | "
        f"{_by_portion(ours.postgres, other.postgres)} | "
        f"{_by_portion(ours.written, other.written)} |"
        for ours in found
        for other in found
        if ours.title == first != other.title and ours.pace == other.pace
    ]
    return [PACED_RATIOS, *rows, ""] if rows else []


def _by_portion(ours: Sequence[float], other: Sequence[float]) -> str:
    return spread([mine / its for mine, its in zip(ours, other, strict=False) if its])


PACED_RATIOS = """Ours divided by the other revision, portion by portion: median [lowest, highest].

| pace | worker, CPU | PostgreSQL, CPU | WAL |
| --- | --- | --- | --- |"""


def _paced(one: Pace, found: Paces) -> str:
    costs = (
        f"**{median(values):.1f}** [{min(values):.1f}, {max(values):.1f}]"
        for values in (one.worker, one.postgres)
    )
    beside = (
        f"{found.vacuum[one.title]:.1f} | {median(one.written):,.0f} | "
        f"{found.hot[one.title]:.0%} | {one.events:,}"
    )
    return f"| {one.title}, {one.pace} | {one.every:,} | {' | '.join(costs)} | {beside} |"


PACES = """## Both paces

The engine without Kafka on a database of its own that holds {stored:,} events and was vacuumed: *live*, where a flush gathers
some 1,000 events, and *full*, where it gathers 20,000. The usual steps of the fold are made as follows: {folds}. Portions of 20,000 events take turns, so that all meet the same machine.
Median [lowest, highest] of the portions. *Vacuum*: CPU of the one at the end, for each event since the one before; autovacuum and
checkpoints are put off meanwhile. *HOT*: the share of visit updates, from the first event on, that touched no index.

| engine and pace | events a flush | worker, CPU µs an event | PostgreSQL, CPU µs an event | vacuum | WAL bytes an event | HOT | events |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def latency(found: Latency) -> str:
    """Event to API."""
    whole = found.whole
    rows = [f"| {leg} | {spent.p50:,.0f} | {spent.p99:,.0f} |" for leg, spent in found.legs.items()]
    return f"""## Event to API

From sending an event to Kafka until `GET /v1/stream` shows it counted, at {found.rate:,.0f} events/s, a fifth of what the worker sustained:
p50 {whole.p50:,.0f} ms, p99 {whole.p99:,.0f} ms over {found.marks} marks (goal: p99 at most 500 ms, {_met(whole.p99 <= LATENCY_GOAL)}).
API, Kafka, PostgreSQL and generator share the other core. On the engine's core a process that only pauses for 10 ms, again and again,
was back after {found.pause.p50:,.0f} ms (p50) and {found.pause.p99:,.0f} ms (p99): what a host adds there, it adds at every step.

| until it is | p50 ms | p99 ms |
| --- | --- | --- |
""" + "\n".join([*rows, ""])


LATENCY_GOAL = 500.0


def load(found: Load) -> str:
    """Live figures under load."""
    met = not found.wrong and found.whole.p99 <= LOAD_GOAL
    rows = [_asked(kind, one) for kind, one in {**found.kinds, "all": found.whole}.items()]
    void = f" Void: {found.wrong:,} answers were not 200." if found.wrong else ""
    return f"""## Live figures under load

`make bench ARGS="--systems load"`: {found.rate:,.0f} questions a second to `GET /v1/kpis` for {found.seconds:.0f} s over
{found.queues:,} queues of one tenant, each with a key, while the queues' news come in. The client is open-loop: a question's time counts
from when it was due. p99 {found.whole.p99:.1f} ms (goal: at most {LOAD_GOAL:g} ms, {_met(met)});
{found.cpu:.2f} ms of the API's CPU a question.{void} A process beside the API that
only pauses for 10 ms was back after {found.pause.p50:,.0f} ms (p50) and {found.pause.p99:,.0f} ms (p99).

| question | number | p50 ms | p95 ms | p99 ms | longest ms |
| --- | --- | --- | --- | --- | --- |
""" + "\n".join([*rows, ""])


def _asked(kind: str, one: Spread) -> str:
    return (
        f"| {kind} | {one.number:,} | {one.p50:.1f} | {one.p95:.1f} | {one.p99:.1f} | "
        f"{one.longest:.1f} |"
    )


LOAD_GOAL = 10.0


def crowds(found: Sequence[Crowd]) -> str:
    """A wall beside those who ask for everything."""
    return "\n".join([CROWDS, *map(_crowd, found), ""])


def _crowd(one: Crowd) -> str:
    verdict = _met(not one.wrong and one.beside.p99 <= LOAD_GOAL)
    spreads = " | ".join(
        f"{ms:.1f}"
        for ms in (one.alone.p50, one.alone.p99, one.beside.p50, one.beside.p99, one.beside.longest)
    )
    return (
        f"| {one.apart:,} of {one.queues:,} | {spreads} | {one.exported:,} | "
        f"{one.everything:,} | {one.wrong:,} | {verdict} |"
    )


CROWDS = f"""## A wall while others ask for everything

`make bench ARGS="--systems load"`: the questions of walls of 30 queues, first alone, then while one client exports the days of a year of
200 queues as CSV and another asks for all KPIs of all queues, page by page, both again and again (goal: p99 of the wall at most
{LOAD_GOAL:g} ms). Once with the bound of queues as it is shipped, further ones folded into one, once with every queue told apart.

| queues told apart | alone p50 ms | p99 ms | beside p50 ms | p99 ms | longest ms | rows exported | live rows | wrong | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def month(found: dict[str, Past]) -> str:
    """A month of history."""
    return "\n".join([MONTH, *(_past(question, one) for question, one in found.items()), ""])


def _past(question: str, one: Past) -> str:
    return (
        f"| {question} | {one.rows:,} | {one.fastest:.0f} | {one.median:.0f} | "
        f"{_met(one.median <= MONTH_GOAL)} |"
    )


MONTH_GOAL = 100.0
MONTH = f"""## A month of one queue

`make bench ARGS="--systems month"`: `GET /v1/kpis/history` over HTTP, final quarters and days rolled up (goal: the median at most
{MONTH_GOAL:g} ms).

| question | rows | fastest ms | median ms | |
| --- | --- | --- | --- | --- |"""


def conditions(findings: Findings) -> str:
    """What it was measured on and with."""
    facts_of = {
        "Workload": findings.workload,
        "Machine": findings.machine,
        "Versions": findings.versions,
        "Not measured": findings.absent,
    }
    parts = ["## Conditions\n"]
    for title, facts in facts_of.items():
        parts += (
            [f"**{title}**: " + "; ".join(f"{name} {fact}" for name, fact in facts.items()) + ".\n"]
            if facts
            else []
        )
    return "\n".join(parts)


def further(folder: Path) -> str:
    """Other reports in the folder."""
    others = sorted(one for one in folder.glob("*.md") if one.name != PAGE)
    lines = [
        f"* [{one.read_text('utf-8').partition(chr(10))[0].lstrip('# ')}]({one.name})"
        for one in others
    ]
    return "\n".join(["## Further\n", *lines, ""]) if lines else ""

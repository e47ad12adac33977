"""What it costs to keep 20 rules on 1,000 queues evaluated: CPU of evaluation alone, in a process
that does nothing else.

Of 1,000 queues 240 change each second and 60 agents enter another state. The news come four times
a second, and each time the rules are evaluated; windows turn every minute. The clock is made: a
second of the floor takes as long as its work. Merging the news into the board is not counted, every
reader of a board does it.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.alert_states import AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.rules.floor_rules import FloorRules
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules as BoardRules
from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.agents import AgentNow, Entered
from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.updates import Gauge, PaneRow, Update, revision
from floorpulse.figures.forecasts.in_force import Forecasts
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.gc_tuning import SELDOM, leave_alone_what_is_here
from tests.benchmarks.busy_floor import GENERATION, LOG, MINUTE, TENANT, BusyFloor, patterns
from tests.fakes.definitions import definitions
from tests.fakes.floor import MemoryFloor, MemoryHistory

BEGIN = 1_794_398_400_000
CHANGED = 240
"""Queues that change each second"""
AGENTS = 60
"""Agents who enter another state each second"""
EVALUATIONS = 4
"""A second"""
GOAL = 0.1
"""CPU seconds a second"""
LOOP = 1_000_000
PAGE = "rules.md"
HALF_HOUR = 30 * MINUTE
CONDITIONS = (
    "threshold: {kpi: service_level, window: 5m, fire_below: 0.6, clear_above: 0.7}",
    "threshold: {kpi: service_level, window: 15m, fire_below: 0.6, clear_above: 0.7}",
    "threshold: {kpi: service_level, window: 30m, fire_below: 0.6, clear_above: 0.7}",
    "threshold: {kpi: service_level, window: 60m, fire_below: 0.6, clear_above: 0.7}",
    "threshold: {kpi: service_level, window: today, fire_below: 0.6, clear_above: 0.7}",
    "threshold: {kpi: abandonment_rate, window: 15m, fire_above: 0.3, clear_below: 0.2}",
    "threshold: {kpi: answer_rate, window: 30m, fire_below: 0.6}",
    "threshold: {kpi: asa, window: 15m, fire_above: 120, clear_below: 90}",
    "threshold: {kpi: wait_p90, window: 15m, fire_above: 300}",
    "threshold: {kpi: aht, window: 30m, fire_above: 900}",
    "threshold: {kpi: transfer_rate, window: 30m, fire_above: 0.5}",
    "threshold: {kpi: csat, window: today, fire_below: 0.4}",
    "threshold: {kpi: complaints, window: 60m, fire_above: 20}",
    "threshold: {kpi: longest_wait, fire_above: 80, clear_below: 40}",
    "threshold: {kpi: waiting, fire_above: 8, clear_below: 4}",
    "threshold: {kpi: estimated_wait, fire_above: 900}",
    "threshold: {kpi: 'agents:available', fire_below: 1}",
    "abandons: {in_a_row: 6}",
    "recovery: {when: at_risk}",
    "staleness: {}",
)


@dataclass(frozen=True)
class RulesLoad:
    """CPU seconds that evaluation took for each second of the floor: on average, in the lower
    quartile of all seconds (noise of the machine only adds), in the dearest (windows turn).

    `full` is one evaluation of everything, seconds.
    """

    queues: int
    rules: int
    seconds: int
    cpu: float
    calm: float
    dearest: float
    judged: float
    merging: float
    full: float
    transitions: int
    loop: float


class LivelyFloor:
    """A floor of many queues on a made clock."""

    def __init__(self, floor: BusyFloor) -> None:
        self.floor = floor
        self.now = BEGIN + 7 * MINUTE + 20_000
        self.board = Board(BoardRules(ZoneInfo("UTC")), lambda: self.now)
        self.offset = 1
        self.dice = random.Random(11)
        self._patterns = patterns()
        self._rows: dict[tuple[int, int], Cells] = {}
        self._told: defaultdict[int, dict[int, Gauge]] = defaultdict(dict)
        self._agents = [self._agent(number) for number in range(4 * floor.queues)]

    def fill(self) -> None:
        """Let the floor have a past, forecasts and agents."""
        current = self.now - self.now % MINUTE
        for number in range(self.floor.queues):
            starts = range(current - self.floor.hours * 60 * MINUTE, current, MINUTE)
            for start in starts:
                if self.dice.random() < 0.5:
                    row = self._row(number, start)
                    self.board.take_row(number % self.floor.partitions, row)
        for partition in range(self.floor.partitions):
            self.tell(partition, range(partition, self.floor.queues, self.floor.partitions))
        for one in self._agents:
            self.board.agents.take(one)

    def forecasts(self) -> Forecasts:
        """Twelve half hours of every queue."""
        return {
            TENANT: [
                Slot(name, "", begin, begin + HALF_HOUR, 60, 200.0, 8)
                for name in self.floor.names()
                for begin in range(BEGIN - 3 * HALF_HOUR, BEGIN + 9 * HALF_HOUR, HALF_HOUR)
            ]
        }

    def second(self, quarter: int) -> float:
        """A quarter of a second's news: each partition has its turn once a second; the CPU that it
        took.
        """
        began = process_time()
        for _ in range(AGENTS // EVALUATIONS):
            self.board.agents.take(self._agent(self.dice.randrange(4 * self.floor.queues)))
        share = self.floor.partitions // EVALUATIONS
        for partition in range(quarter * share, (quarter + 1) * share):
            homes = range(partition, self.floor.queues, self.floor.partitions)
            changed = min(len(homes), CHANGED // self.floor.partitions)
            self.tell(partition, self.dice.sample(homes, changed))
        return process_time() - began

    def tell(self, partition: int, queues: Sequence[int]) -> None:
        """News of some queues of a partition: a row and a gauge each."""
        self.offset += 1
        start = self.now - self.now % MINUTE
        changed = {number: self._gauge(number) for number in queues}
        self._told[partition].update(changed)
        self.board.take(
            Update(
                partition=partition,
                log_id=LOG,
                generation=GENERATION,
                epoch=1,
                next_offset=self.offset,
                published_at=self.now,
                lag=0,
                applied=self.offset,
                dead=0,
                watermark=self.now - 2000,
                rows=[self._row(number, start) for number in queues],
                gauges=list(self._told[partition].values()),
            ),
            self.now,
        )

    def _row(self, number: int, start: int) -> PaneRow:
        cells = self._rows.setdefault((number, start), {})
        add(cells, self.dice.choice(self._patterns))
        self.offset += 1
        name = self.floor.name(number)
        known = revision(GENERATION, self.offset)
        return PaneRow(TENANT, name, "voice", start, known, dict(cells))

    def _gauge(self, number: int) -> Gauge:
        waits = sorted(
            self.now - self.dice.randrange(60_000) for _ in range(self.dice.randrange(3))
        )
        return Gauge(TENANT, self.floor.name(number), "voice", waits, self.dice.randrange(6), 0)

    def _agent(self, number: int) -> AgentNow:
        queue = self.floor.name(number % self.floor.queues)
        state: AgentState = self.dice.choice(("available", "busy", "wrap_up"))
        entered = Entered(self.now, state, (queue,), "", "", "")
        return AgentNow(TENANT, f"agent-{number:05}", entered)


def _definitions(conditions: tuple[str, ...]) -> str:
    rules = [
        f"  - {{id: rule-{number:02}, names: {{en: Rule}}, for: 30, {condition}}}"
        for number, condition in enumerate(conditions)
    ]
    return "\n".join(["tenant: demo", "about: [{names: {en: Demo}}]", "rules:", *rules])


async def rules_load(floor: BusyFloor, seconds: int) -> RulesLoad:
    """Keep the rules evaluated for so many seconds of the floor, and evaluate everything once."""
    made = LivelyFloor(floor)
    made.fill()
    rules, floors = _rules(made, CONDITIONS)
    watched = made.board.watch()
    await rules.evaluate(floors.view(TENANT), ())
    leave_alone_what_is_here(SELDOM)  # as the service does once its rules were evaluated
    spent: list[float] = []
    judged = transitions = 0
    merging = 0.0
    for _ in range(seconds):
        used = 0.0
        for quarter in range(EVALUATIONS):
            made.now += 1000 // EVALUATIONS
            merging += made.second(quarter)
            told: set[QueueChannel] = set(watched)
            watched.clear()
            began = process_time()
            done = await rules.evaluate(floors.view(TENANT), told)
            used += process_time() - began
            judged += done.judged
            transitions += len(done.transitions)
        spent.append(used)
    began = process_time()
    await rules.evaluate(floors.view(TENANT), (), everything=True)
    return RulesLoad(
        floor.queues,
        len(CONDITIONS),
        seconds,
        sum(spent) / seconds,
        sorted(spent)[(len(spent) - 1) // 4],
        max(spent),
        judged / seconds,
        merging / seconds,
        process_time() - began,
        transitions,
        loop_seconds(),
    )


def _rules(made: LivelyFloor, conditions: tuple[str, ...]) -> tuple[FloorRules, Floors]:
    known = definitions(_definitions(conditions))
    floors = Floors(made.board, lambda: made.now, lambda: known)
    history = MemoryHistory(MemoryFloor())
    forecasts = made.forecasts()
    turns = Turns()
    lookup = Lookup(history, history, lambda: made.now / 1000)
    live = LiveFigures(floors, lookup, turns, lambda: forecasts)
    states: dict[Subject, AlertState] = {}
    return FloorRules(TENANT, live, turns, states), floors


def written(found: RulesLoad, machine: Mapping[str, str], folder: Path) -> str:
    """Write the page; what it says in one line."""
    (folder / PAGE).write_text(page(found, machine))
    met = "met" if found.cpu <= GOAL else "not met"
    return (
        f"rules: {found.cpu:.3f} s CPU a second for {found.rules} rules on {found.queues:,} "
        f"queues, {found.judged:,.0f} judged a second; at most {GOAL:g}: {met}"
    )


def page(found: RulesLoad, machine: Mapping[str, str]) -> str:
    """The findings as a page."""
    every = found.queues * found.rules
    rows = [
        ("CPU of evaluation, s a second", f"**{found.cpu:.3f}**"),
        (f"at most {GOAL:g}", "met" if found.cpu <= GOAL else "not met"),
        ("lower quartile of the seconds, s", f"{found.calm:.3f}"),
        ("the dearest second (windows turn), s", f"{found.dearest:.3f}"),
        ("alerts judged a second", f"{found.judged:,.0f}"),
        ("alerts that are thereby known each second", f"{every:,}"),
        ("everything evaluated at once, s", f"{found.full:.3f}"),
        ("merging the news into the board, s a second", f"{found.merging:.3f}"),
        ("transitions in all", f"{found.transitions:,}"),
        (f"a loop of {LOOP:,} steps, s", f"{found.loop:.3f}"),
        *machine.items(),
    ]
    lines = [f"| {name} | {value} |" for name, value in rows]
    head = HEAD.format(rules=found.rules, queues=found.queues, seconds=found.seconds)
    return "\n".join([head, "| | |", "| --- | --- |", *lines, ""])


HEAD = """# Rules

Written by `make bench ARGS="--systems rules"`: {rules} rules on each of {queues:,} queues,
{seconds} seconds of a floor of which 240 queues change each second, and 60 agents. News come four
times a second; each time the rules are evaluated, and what cannot have changed is not looked at:
[why that comes to the same](../adr/0021-rules-look-at-what-may-have-changed.md). The clock is made,
the CPU is this process's. The loop tells how quick the machine was; what it does not tell is how
many others use the caches meanwhile, which costs evaluation more than the loop.
"""


def loop_seconds() -> float:
    """What a loop that does next to nothing takes: how quick the machine is now."""
    began = process_time()
    total = 0
    for step in range(LOOP):
        total += step * step % 7
    return process_time() - began

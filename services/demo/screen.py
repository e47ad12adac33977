"""The demo's output on the terminal: how the start goes, the addresses, and the floor as it
moves.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from floorpulse.demo.domain.summary import Line, Summary, Verdict, duration, share
from floorpulse.demo.domain.told import Told
from floorpulse.demo.floor import WINDOW
from floorpulse.demo.folder import StateFolder
from floorpulse.demo.options import DemoOptions
from floorpulse.runtime.clock import monotonic

COLOURS = {
    Verdict.GOOD: "green",
    Verdict.NEAR: "yellow",
    Verdict.BELOW: "bold red",
    Verdict.FEW: "dim",
    Verdict.NONE: "dim",
}
TERMINAL_EVERY = 1.0
PLAIN_EVERY = 10.0
LINK = "cyan"
SEVERITIES = {"critical": "bold red", "warning": "yellow", "info": "blue"}
INCIDENTS = 6
MESSAGES = 3
NO_ANSWER = "the API does not answer"


class Screen:
    """A terminal, or a file that gets plain lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None

    @property
    def look_every(self) -> float:
        """Seconds between two looks at the floor: a terminal moves, plain lines would only fill a
        file.
        """
        return TERMINAL_EVERY if self._console.is_terminal else PLAIN_EVERY

    def say(self, text: str, style: str = "") -> None:
        """One line, above the moving floor if that is shown."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step of the start: what is done, and when it is done how long it took."""
        began = monotonic()
        self._console.print(Text(f"{what} … "), end="" if self._console.is_terminal else "\n")
        yield
        done = f"{monotonic() - began:.1f} s"
        self._console.print(
            Text(done if self._console.is_terminal else f"{what}: {done}", style="dim")
        )

    def welcome(self, options: DemoOptions, folder: StateFolder, took: float) -> None:
        """Print the addresses and keys."""
        self.say(
            f"\nFloorpulse is ready after {took:.1f} s. Ctrl-C stops it; the next demo goes on "
            f"from {options.state_dir}.\n",
            "bold",
        )
        where = shlex.quote(str(options.state_dir))
        key = shlex.quote(str(options.state_dir / folder.key_file.name))
        curl = (
            f'curl -H "Authorization: Bearer $(cat {key})" '
            f"'{options.url}/v1/kpis?kpi=service_level,waiting&window=15m'"
        )
        places = {
            "wallboard": f"{options.url}/wallboard",
            "desk": f"{options.url}/desk",
            "alerts": f"{options.url}/alerts",
            "API": f"{options.url}/docs",
            "metrics": f"{options.url}/metrics",
            "ask": curl,
            "commands": f"floorpulse keys list --demo {where}   (so do definitions, replay, "
            "redrive, settings, … find it)",
            "logs": str(options.state_dir / "logs"),
        }
        for name, place in places.items():
            self._console.print(Text(f"  {name:<10}").append(place, style=LINK), soft_wrap=True)
        self.say("")

    @contextmanager
    def moving(self) -> Iterator[None]:
        """The floor is shown in here, in place on a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(
            Text(""), console=self._console, auto_refresh=False, transient=True
        ) as self._live:
            yield
        self._live = None

    def show(self, summary: Summary | None) -> None:
        """The floor as it is now; None: the API does not answer."""
        if self._live is not None:
            self._live.update(picture(summary), refresh=True)
        else:
            self.say(sentence(summary))


def picture(summary: Summary | None) -> RenderableType:
    """The floor as a table: a queue a row, the whole floor last."""
    if summary is None:
        return Text(NO_ANSWER, style="bold red")
    shown = Table(
        title=f"the last {WINDOW}",
        title_justify="left",
        title_style="dim",
        caption=_pace(summary),
        caption_justify="left",
    )
    shown.add_column("queue")
    for heading in (
        "service level",
        "target",
        "",
        "waiting",
        "longest wait",
        "offered",
        "abandoned",
    ):
        shown.add_column(heading, justify="left" if not heading else "right")
    for line in summary.queues:
        shown.add_row(*_cells(line))
    shown.add_section()
    shown.add_row(*_cells(summary.floor), style="bold")
    if not summary.queues:
        return Group(shown, Text("no contacts yet: post events to /v1/events", style="dim"))
    return Group(shown, *_told(summary.told))


def _told(told: Told) -> Iterator[RenderableType]:
    """Open incidents and the last messages, no more than fit below the floor."""
    if not told.incidents and not told.messages:
        yield Text("no incident is open", style="dim")
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for line in told.incidents[:INCIDENTS]:
        style = SEVERITIES[line.severity]
        table.add_row(Text(line.severity, style=style), line.what, Text(line.standing, style="dim"))
    yield Text(f"\n{_counted(told)}", style="dim")
    yield table
    if len(told.incidents) > INCIDENTS:
        yield Text(f"and {len(told.incidents) - INCIDENTS} more", style="dim")
    for message in told.messages[:MESSAGES]:
        yield Text(f"{message.at}  {message.to}  {message.title}", style=LINK, no_wrap=True)


def _counted(told: Told) -> str:
    number = len(told.incidents)
    return f"{number} incident{'' if number == 1 else 's'} open"


def sentence(summary: Summary | None) -> str:
    """The floor in one line."""
    if summary is None:
        return NO_ANSWER
    floor = summary.floor
    return (
        f"{WINDOW}: service level {share(floor.service_level)} of {floor.offered:,} offered, "
        f"{floor.waiting:,} waiting "
        f"(longest {duration(floor.longest_wait)}), {share(floor.abandonment)} abandoned; "
        f"{_pace(summary)}; {_counted(summary.told)}{_last(summary.told)}"
    )


def _last(told: Told) -> str:
    if not told.messages:
        return ""
    last = told.messages[0]
    return f", last message {last.at} to {last.to}: {last.title}"


def _cells(line: Line) -> list[RenderableType]:
    verdict = Text(line.verdict.value, style=COLOURS[line.verdict])
    level = Text(share(line.service_level), style=COLOURS[line.verdict])
    longest = duration(line.longest_wait) if line.waiting else "–"
    counts = [f"{line.waiting:,}", longest, f"{line.offered:,}", share(line.abandonment)]
    return [
        line.queue or "the floor",
        level,
        f"{line.target:.0%}".replace("%", " %"),
        verdict,
        *counts,
    ]


def _pace(summary: Summary) -> str:
    pace = "–" if summary.rate is None else f"{summary.rate:,.0f}"
    return f"{pace} events/s, {summary.progress.applied:,} counted, {summary.progress.lag:,} behind"

"""What a rule would have told, on a terminal: a table of firings and a line of blocks a subject.

orders voice  ····▒▒██████···??··   2 × fired, 1 h 12 min
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.replayed import ShownAs
from floorpulse.alerts.rules.replay_answer import AlertRow, FiringRow, ReplayAnswer
from floorpulse.runtime.tables import show

WIDTH = 72
"""Blocks of a timeline"""
MARKS = {
    ShownAs.FIRING: "█",
    ShownAs.PENDING: "▒",
    ShownAs.UNKNOWN: "?",
    ShownAs.QUIET: "·",
    ShownAs.CLOSED: " ",
}
"""By what a block shows, the most telling first: a block shows the first that its time has"""
LEGEND = "█ fires   ▒ breach, not long enough yet   · no breach   ? not known   blank: closed"
KEPT = 4
"""Reasons that are told of a subject"""


def told(console: Console, answer: ReplayAnswer) -> None:
    """Print an answer."""
    rows = [(alert, firing) for alert in answer.alerts for firing in alert.firings]
    if rows:
        show(console, _table(rows))
        console.print()
    for line in _lines(answer):
        console.print(line, markup=False, soft_wrap=True)


def _table(rows: Sequence[tuple[AlertRow, FiringRow]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in (
        "rule",
        "subject",
        "fired",
        "resolved",
        "lasted",
        "figure",
        "worst",
        "why",
        "over",
    ):
        table.add_column(name)
    for alert, firing in rows:
        table.add_row(
            alert.rule,
            _subject(alert),
            _clock(firing.fired_at),
            _clock(firing.resolved_at) if firing.resolved_at else "still fires",
            _span(firing.seconds),
            _figure(firing.figure),
            _figure(firing.worst),
            firing.reason.value,
            firing.resolved_by.value if firing.resolved_by else "",
        )
    return table


def _lines(answer: ReplayAnswer) -> Iterator[str]:
    yield f"{_clock(answer.begin)} to {_clock(answer.end)}, a look every {answer.every} s"
    wide = max([len(_name(alert)) for alert in answer.alerts], default=0)
    for alert in answer.alerts:
        yield f"{_name(alert):{wide}}  {_blocks(answer, alert)}  {_fired(alert)}"
        yield f"{'':{wide}}  {_kept(alert)}"
    if answer.alerts:
        yield LEGEND
    else:
        yield "no queue of the span is watched by the rules"
    yield from (f"note: {note}" for note in answer.notes)


def _name(alert: AlertRow) -> str:
    return f"{alert.rule} {_subject(alert)}"


def _subject(alert: AlertRow) -> str:
    return " ".join(filter(None, (alert.queue, alert.channel, alert.key))) or "all"


def _fired(alert: AlertRow) -> str:
    return f"{alert.fired} × fired, {_span(alert.seconds)}" if alert.fired else "never fired"


def _kept(alert: AlertRow) -> str:
    """What kept it from firing, the longest first."""
    longest = sorted(alert.kept_by.items(), key=lambda one: -one[1])[:KEPT]
    told_of = [f"{reason.value} {_span(seconds)}" for reason, seconds in longest]
    held = [f"not_held {alert.not_held} ×"] if alert.not_held else []
    return "did not fire: " + ", ".join([*told_of, *held]) if told_of or held else ""


def _blocks(answer: ReplayAnswer, alert: AlertRow) -> str:
    begin = _at(answer.begin)
    block = (_at(answer.end) - begin) / WIDTH or 1
    order = list(MARKS)
    shown = [len(order)] * WIDTH
    for one in alert.timeline:
        first = int((_at(one.begin) - begin) / block)
        last = int(-(-(_at(one.end) - begin) // block))
        for place in range(max(0, first), min(WIDTH, last)):
            shown[place] = min(shown[place], order.index(one.shown_as))
    return "".join(MARKS[order[one]] if one < len(order) else " " for one in shown)


def _figure(figure: Figure | None) -> str:
    """`service_level 0.65 (13/20)`."""
    if figure is None:
        return ""
    value = "undefined" if figure.value is None else f"{figure.value:.4g}"
    parts = (
        f" ({figure.numerator:g}/{figure.denominator:g})"
        if figure.numerator is not None and figure.denominator is not None
        else ""
    )
    return f"{figure.kpi} {value}{parts}"


def _at(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _clock(instant: str) -> str:
    return datetime.fromisoformat(instant).strftime("%m-%d %H:%M:%S")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"

"""The output of `replay` and `simulate` on a terminal: progress while they send, a summary when
they are done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from floorpulse.runtime.clock import monotonic
from floorpulse.simulator.domain.truth import FloorTally
from floorpulse.simulator.feed import SendingReceipt
from floorpulse.simulator.recorded import Recording

PLAIN_EVERY = 5.0

Refresh = Callable[[], None]


@contextmanager
def progress(console: Console, recording: Recording, receipt: SendingReceipt) -> Iterator[Refresh]:
    """A function that shows how far a replay has come: a bar on a terminal, a plain line now and
    then elsewhere.
    """
    if not console.is_terminal:
        yield _plain(console, recording, receipt)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(recording.name, total=recording.size, said="")
        yield lambda: bar.update(task, completed=recording.read, said=_counts(receipt))


def _plain(console: Console, recording: Recording, receipt: SendingReceipt) -> Refresh:
    shown = monotonic()

    def refresh() -> None:
        nonlocal shown
        if monotonic() - shown >= PLAIN_EVERY:
            shown = monotonic()
            share = f"{recording.read / recording.size:.0%} of the file, " if recording.size else ""
            console.print(
                f"{recording.name}: {share}{_counts(receipt)}",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )

    return refresh


def _counts(receipt: SendingReceipt) -> str:
    return f"{receipt.accepted:,} accepted, {receipt.refused:,} rejected"


def summary(receipt: SendingReceipt, elapsed: float, notes: Sequence[str] = ()) -> str:
    """The summary of a sending, in lines: events, accepted, rejected by reason with the first few,
    what seems wrong of accepted ones, duration, rate, `notes`.
    """
    events = receipt.accepted + receipt.refused + receipt.unsent
    rate = (receipt.accepted + receipt.refused) / elapsed if elapsed > 0 else 0.0
    lines = [
        (
            f"{events:,} events: {_counts(receipt)}, {receipt.unsent:,} not sent; {elapsed:.1f} s, "
            f"{rate:,.0f} events/s"
        )
    ]
    for reason, number in sorted(receipt.rejected.items()):
        lines.append(f"  {reason}: {number:,}")
        lines += [
            f"    line {told.number}: {told.detail}"
            for told in receipt.rejections
            if told.reason == reason
        ]
    for one in receipt.warnings:
        number = receipt.warned[one.reason]
        lines.append(
            f"  accepted, but {one.reason}: {number:,}, first line {one.number}: {one.detail}"
        )
    lines += [f"  {note}" for note in notes]
    return "\n".join(lines)


def floor_table(totals: dict[str, FloorTally]) -> Table:
    """The model's own tally, queue by queue: the figures that a Floorpulse that counted all its
    events must show.
    """
    table = Table("queue", title="The floor's own tally", box=None, padding=(0, 1, 0, 0))
    for heading in (
        "offered",
        "answered",
        "abandoned",
        "left",
        "SL",
        "wait",
        "AHT",
        "CSAT",
        "QA",
        "complaints",
    ):
        table.add_column(heading, justify="right")
    for queue, tally in totals.items():
        table.add_row(queue, *_cells(tally))
    return table


def _cells(tally: FloorTally) -> list[str]:
    counts = [tally.offered, tally.answered, tally.abandoned, tally.left]
    level = "–" if tally.service_level is None else f"{tally.service_level:.1%}"
    means = [
        _mean(tally.answered_wait / 1000, tally.answered, " s"),
        _mean(tally.handle_time / 1000, tally.handled, " s"),
        _mean(tally.csat_sum, tally.csat_count),
        _mean(tally.qa_sum, tally.qa_count),
    ]
    return [*(f"{count:,}" for count in counts), level, *means, f"{tally.complaints:,}"]


def _mean(total: float, size: int, unit: str = "") -> str:
    return f"{total / size:.1f}{unit}" if size else "–"

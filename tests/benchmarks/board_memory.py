"""Memory of a board by queues and panes: what `docs/sizing.md` reckons with.

.venv/bin/python -m tests.benchmarks.board_memory 2000 600
"""

import resource
import sys
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.contracts.updates import PaneRow, revision

MIDNIGHT = 1_794_355_200_000
MINUTE = 60_000
CELLS = 14
"""Counts of a minute in which some contacts were offered, answered and left"""


def resident() -> float:
    """MiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def filled(queues: int, minutes: int) -> Board:
    """A board that holds so many queues, each with so many minutes of today."""
    board = Board(Rules(ZoneInfo("UTC"), most_queues=queues), lambda: 0)
    for minute in range(minutes):
        start = MIDNIGHT + minute * MINUTE
        for queue in range(queues):
            cells = {code: minute + code for code in range(CELLS)}
            number = revision(1, minute * queues + queue + 1)
            board.take_row(
                queue % 12, PaneRow("acme", f"queue-{queue}", "voice", start, number, cells)
            )
    return board


def main(queues: int, minutes: int) -> None:
    """Print the memory before and after."""
    before = resident()
    began = process_time()
    board = filled(queues, minutes)
    seconds = process_time() - began
    after = resident()
    panes = queues * minutes
    sys.stdout.write(
        f"{len(board.queues('acme')):,} queues, {panes:,} panes: {after - before:,.0f} MiB over "
        f"{before:,.0f}, {(after - before) * 2**20 / panes:,.0f} bytes a pane, "
        f"{seconds / panes * 1e6:.1f} µs of CPU a pane\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

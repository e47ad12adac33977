"""Walls are written ahead: once a minute every window moves on, and most rows say something new.

minute      │ 12:00                     │ 12:01
asked         w1 w2 w3 w1 w2 w3 w1 w2 w3  w1 w2 w3 …         long where each is written anew …
ahead                                    ▒w1▒w2▒w3           … short where that is done before
"""

from collections.abc import Awaitable, Callable

from floorpulse.figures.live.figures import LiveFigures

WORTH = 20
"""Rows from which on an answer is written ahead; a shorter one is written in time when asked"""


class WritesAhead:
    """What is asked again and again is written as soon as a pane ends, giving way to whoever asks
    meanwhile.
    """

    def __init__(self, live: LiveFigures) -> None:
        self._live = live
        self._pane: int | None = None

    async def look(self) -> None:
        """Write if a pane has ended since the last look."""
        board = self._live.floors.board
        pane = self._live.floors.as_of // board.rules.pane
        if pane != self._pane:
            self._pane = pane
            await self._live.write_ahead(WORTH)

    async def run(self, wait: Callable[[], Awaitable[None]]) -> None:
        """Look whenever there is news, which `wait` waits for, until cancelled."""
        while True:
            await wait()
            await self.look()

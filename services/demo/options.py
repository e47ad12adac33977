"""Options of the demo."""

from dataclasses import dataclass
from pathlib import Path

from floorpulse.simulator.domain.scenarios import SCENARIOS

TENANT = "demo"
HOST = "127.0.0.1"


class DemoError(Exception):
    """The demo cannot run as asked; the message says why and what to do."""


@dataclass(frozen=True)
class DemoOptions:
    """`state_dir` holds database, key and logs; `port` is the one of wallboard, API and ingest on
    loopback.
    """

    scenario: str = "normal"
    simulate: bool = True
    state_dir: Path = Path(".floorpulse")
    port: int = 8000
    engines: int = 1

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        if self.scenario not in SCENARIOS:
            message = f"there is no scenario {self.scenario!r}; there are {', '.join(SCENARIOS)}"
            raise DemoError(message)

    @property
    def url(self) -> str:
        """The address of the demo's HTTP."""
        return f"http://{HOST}:{self.port}"

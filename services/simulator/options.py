"""Options of `simulate` and `replay`, each with its default and its consequence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from floorpulse.simulator.domain.scenarios import SCENARIOS
from floorpulse.simulator.domain.wire import NO_NOISE, Noise


class OptionsError(ValueError):
    """An option cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Target:
    """The Floorpulse that events go to.

    `url` is its origin, `key` an API key with scope `events:write`. A request carries at most
    `batch` events, `in_flight` requests are under way at once, and for `patience` seconds a request
    that fails is sent again before giving up.
    """

    url: str
    key: str
    batch: int = 500
    in_flight: int = 4
    patience: float = 120.0

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        if not is_origin(self.url):
            message = f"{self.url!r} is no address to send to; write http://host:port"
            raise OptionsError(message)
        if self.batch < 1 or self.in_flight < 1:
            message = f"batch ({self.batch}) and in_flight ({self.in_flight}) must be at least 1"
            raise OptionsError(message)


class Translation(Protocol):
    """From the lines of one recording to events."""

    def events(self, place: int, content: bytes) -> Sequence[bytes]:
        """The events that the line at `place` tells of."""
        ...

    def rest(self) -> Sequence[bytes]:
        """The events that were held back until the recording's end."""
        ...

    def notes(self) -> Sequence[str]:
        """What the summary of the replay says of the translation, line by line."""
        ...


class CanonicalLines:
    """A `Translation` of lines that are events already."""

    def events(self, place: int, content: bytes) -> Sequence[bytes]:  # noqa: ARG002  a line is its own event wherever it stands
        """The line."""
        return (content,)

    def rest(self) -> Sequence[bytes]:
        """Nothing."""
        return ()

    def notes(self) -> Sequence[str]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class ReplayOptions:
    """`file` is a path or `-` (standard input); `speed` N times the recorded pace, None as fast as
    possible.

    Lines are events, or become some by `translation`.
    """

    file: str
    target: Target
    speed: float | None = None
    translation: Translation = field(default_factory=CanonicalLines)

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        if self.speed is not None and not self.speed > 0:
            message = f"speed {self.speed} is not above 0; write a number such as 60, or max"
            raise OptionsError(message)


@dataclass(frozen=True)
class SimulateOptions:
    """A floor to run.

    All spans are seconds. The floor's first instant is `start` (epoch milliseconds) or, unset,
    `backfill` before now, or `duration` before now when time is accelerated. Up to now it runs at
    `speed` times real time (1 and None: the past at once); having caught up it goes on in real
    time, for no event is ever sent from the future. `duration` counts from the end of the
    back-fill; unset, the floor never closes. `clock` is the time of day the floor shows at the end
    of the back-fill; unset, the scenario's liveliest hour. `forecast` uploads what the floor was
    staffed for, with a key that has the scope `admin`, too. `quiet` says nothing on the terminal.
    """

    target: Target
    scenario: str = "normal"
    seed: int = 1
    speed: float | None = 1.0
    backfill: float = 90 * 60.0
    start: int | None = None
    duration: float | None = None
    clock: float | None = None
    noise: Noise = NO_NOISE
    forecast: bool = False
    quiet: bool = False

    def __post_init__(self) -> None:
        """Refuse what could never work."""
        if self.scenario not in SCENARIOS:
            message = f"there is no scenario {self.scenario!r}; there are {', '.join(SCENARIOS)}"
            raise OptionsError(message)
        if self.speed is not None and self.speed < 1:
            message = f"speed {self.speed} is below 1: a floor cannot be slower than life"
            raise OptionsError(message)


def is_origin(url: str) -> bool:
    """Whether `url` names a scheme, a host and a possible port of an HTTP server."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def key_in(file: Path) -> str:
    """The API key in that file, one line; an `OptionsError` says what is wrong with it."""
    try:
        key = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as wrong:
        message = f"cannot read an API key from {file}: {wrong}"
        raise OptionsError(message) from wrong
    if not key or not key.isascii() or len(key.split()) != 1:
        message = f"{file} does not hold exactly one API key"
        raise OptionsError(message)
    return key

"""Scenarios: how many contacts a day, of which kinds, at which hours, and for how many the floor
was staffed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from floorpulse.contracts.events import Channel
from floorpulse.simulator.domain.spans import CallerPatience, ModelSpan


@dataclass(frozen=True)
class Queue:
    """One kind of contact.

    `share` is its part of all arrivals, `priority` puts it before lower ones, `room` is how many
    may wait before newcomers overflow. `tells_spans` says whether its source reports waits, talk,
    hold and wrap itself, as telephone systems do, or leaves them to the differences of instants.
    `holds` and `transfers` are shares of conversations, `onward` where transferred contacts go.
    """

    id: str
    channel: Channel
    share: float
    talk: ModelSpan
    wrap: ModelSpan
    patience: CallerPatience
    priority: int = 0
    room: int = 60
    tells_spans: bool = True
    holds: float = 0.16
    transfers: float = 0.06
    onward: tuple[str, ...] = ()


@dataclass(frozen=True)
class Team:
    """Agents of one site who share their skills; they are rostered for the demand of `mainly`.

    `reserve` multiplies the agents that the forecast asks for.
    """

    name: str
    site: str
    mainly: tuple[str, ...]
    also: tuple[str, ...] = ()
    reserve: float = 1.0

    @property
    def skills(self) -> tuple[str, ...]:
        """Every queue this team takes."""
        return self.mainly + self.also


@dataclass(frozen=True)
class Habits:
    """The aftermath of a contact: surveys, complaints, repeats; all numbers are shares of the thing
    before.
    """

    csat_asked: float = 0.5
    csat_answered: float = 0.4
    nps_asked: float = 0.1
    nps_answered: float = 0.25
    fcr_asked: float = 0.15
    fcr_answered: float = 0.5
    evaluated: float = 0.03
    rescored: float = 0.08
    retracted: float = 0.03
    calibration: float = 0.05
    complains: float = 0.004
    complains_unserved: float = 0.02


@dataclass(frozen=True)
class Surge:
    """What nobody foresaw: so many contacts a day, spread by 24 hourly weights and by the shares of
    queues, which add up to 1.
    """

    contacts: int
    hours: tuple[float, ...]
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Scenario:
    """A day on the floor.

    `forecast` contacts were planned, spread over the day by the 24 hourly weights of `shape`, and
    the roster was made for them with `safety` standard deviations of load above the mean. They
    come, and the `surge` beside them. `liveliest` is the hour at which a demonstration begins
    unless told otherwise.
    """

    name: str
    forecast: int
    queues: tuple[Queue, ...]
    teams: tuple[Team, ...]
    shape: tuple[float, ...]
    safety: float
    surge: Surge | None = None
    habits: Habits = Habits()
    customers: int = 200_000
    liveliest: int = 10

    @property
    def contacts(self) -> int:
        """How many come in a day."""
        return self.forecast + (self.surge.contacts if self.surge else 0)

    def queue(self, name: str) -> Queue:
        """The queue of that id; a StopIteration would be a mistake in the scenario."""
        return next(queue for queue in self.queues if queue.id == name)


QUEUES = (
    Queue(
        "orders",
        "voice",
        0.33,
        ModelSpan(210),
        ModelSpan(35),
        CallerPatience(ModelSpan(150, 0.9)),
        onward=("delivery", "returns"),
    ),
    Queue(
        "delivery",
        "voice",
        0.27,
        ModelSpan(180),
        ModelSpan(30),
        CallerPatience(ModelSpan(140, 0.9)),
        onward=("orders", "returns"),
    ),
    Queue(
        "returns",
        "voice",
        0.15,
        ModelSpan(260),
        ModelSpan(50),
        CallerPatience(ModelSpan(160, 0.9)),
        onward=("delivery", "orders"),
    ),
    Queue(
        "vip",
        "voice",
        0.05,
        ModelSpan(280),
        ModelSpan(60),
        CallerPatience(ModelSpan(90, 0.8), hasty=0.06),
        priority=10,
        onward=("orders",),
    ),
    Queue(
        "chat",
        "chat",
        0.16,
        ModelSpan(300),
        ModelSpan(25),
        CallerPatience(ModelSpan(180, 0.9)),
        tells_spans=False,
        holds=0.0,
        onward=("orders", "returns"),
    ),
    Queue(
        "email",
        "email",
        0.02,
        ModelSpan(360),
        ModelSpan(40),
        CallerPatience(ModelSpan(86_400, 0.1), hasty=0.0),
        room=1_000,
        tells_spans=False,
        holds=0.0,
    ),
    Queue(
        "callback",
        "callback",
        0.02,
        ModelSpan(220),
        ModelSpan(35),
        CallerPatience(ModelSpan(900, 0.4), hasty=0.0),
        room=500,
    ),
)

TEAMS = (
    Team("orders-east", "hangzhou", mainly=("orders",), also=("delivery",)),
    Team("delivery-east", "hangzhou", mainly=("delivery",), also=("returns",)),
    Team("returns-west", "chengdu", mainly=("returns",), also=("orders",)),
    Team("vip-west", "chengdu", mainly=("vip",)),
    Team("digital-west", "chengdu", mainly=("chat", "email", "callback")),
)

SHAPE = (
    1.2,
    0.8,
    0.5,
    0.4,
    0.4,
    0.6,
    1.2,
    2.4,
    4.4,
    6.4,
    7.2,
    6.6,
    5.4,
    5.8,
    6.6,
    6.8,
    6.2,
    5.4,
    5.2,
    6.0,
    6.6,
    5.6,
    3.8,
    2.2,
)
SURGE_HOURS = (
    0.5,
    0.2,
    0.1,
    0.1,
    0.1,
    0.1,
    0.2,
    0.4,
    0.7,
    1.0,
    1.0,
    1.0,
    0.9,
    1.0,
    1.3,
    1.6,
    1.6,
    1.3,
    1.7,
    2.4,
    3.2,
    3.2,
    2.2,
    1.2,
)
"""The surge of a sale: into the evening, when what is left becomes cheaper"""
SURGE_SHARES = {
    "orders": 0.38,
    "delivery": 0.14,
    "returns": 0.02,
    "vip": 0.02,
    "chat": 0.40,
    "email": 0.02,
    "callback": 0.02,
}

SALE_TEAMS = (
    Team("orders-east", "hangzhou", mainly=("orders",), also=("delivery",), reserve=1.08),
    Team("delivery-east", "hangzhou", mainly=("delivery",), also=("returns",), reserve=1.12),
    Team("returns-west", "chengdu", mainly=("returns",), also=("orders",), reserve=1.12),
    Team("vip-west", "chengdu", mainly=("vip",), reserve=1.3),
    Team("digital-west", "chengdu", mainly=("chat", "email", "callback"), reserve=2.2),
)
"""Teams of a sale: voice with a margin, and far more for chat, to which customers were expected to
turn"""

QUIET = Scenario("quiet", 1_500, QUEUES, TEAMS, SHAPE, safety=0.8)
NORMAL = Scenario("normal", 8_000, QUEUES, TEAMS, SHAPE, safety=0.5)
DOUBLE_ELEVEN = Scenario(
    "double-eleven",
    15_000,
    QUEUES,
    SALE_TEAMS,
    SHAPE,
    safety=0.4,
    surge=Surge(5_000, SURGE_HOURS, SURGE_SHARES),
    liveliest=19,
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for scenario in (QUIET, NORMAL, DOUBLE_ELEVEN)
}
"""The scenarios by name."""

"""Scenarios: how many contacts a day, of which kinds, at which hours, and for how many the floor
was staffed.
"""

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
    """Agents of one site who share their skills; they are rostered for the demand of `mainly`."""

    name: str
    site: str
    mainly: tuple[str, ...]
    also: tuple[str, ...] = ()

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
class Scenario:
    """A day on the floor.

    `forecast` contacts were planned, spread over the day by the 24 hourly weights of `shape`, and
    the roster was made for them with `safety` standard deviations of load above the mean;
    `contacts` come. What comes beyond the forecast follows the hourly weights of `surge`.
    `liveliest` is the hour at which a demonstration begins unless told otherwise.
    """

    name: str
    forecast: int
    contacts: int
    queues: tuple[Queue, ...]
    teams: tuple[Team, ...]
    shape: tuple[float, ...]
    surge: tuple[float, ...]
    safety: float
    habits: Habits = Habits()
    customers: int = 200_000
    liveliest: int = 10

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
RUSHES = (1.7, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2.4, 0.8, 0.2, 0)

QUIET = Scenario("quiet", 1_500, 1_500, QUEUES, TEAMS, SHAPE, RUSHES, safety=0.8)
NORMAL = Scenario("normal", 8_000, 8_000, QUEUES, TEAMS, SHAPE, RUSHES, safety=0.5)
DOUBLE_ELEVEN = Scenario(
    "double-eleven", 15_000, 20_000, QUEUES, TEAMS, SHAPE, RUSHES, safety=0.4, liveliest=20
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for scenario in (QUIET, NORMAL, DOUBLE_ELEVEN)
}
"""The scenarios by name."""

"""Lines, idle agents, and customers who do not wait for ever."""

from dataclasses import replace
from random import Random

from simpy import Environment

from floorpulse.simulator.domain.desk import Desk
from floorpulse.simulator.domain.exits import Exit, exit_of
from floorpulse.simulator.domain.roster import Shift
from floorpulse.simulator.domain.scenarios import QUEUES, Team
from floorpulse.simulator.domain.spans import MINUTE, SECOND, CallerPatience, ModelSpan, chance
from floorpulse.simulator.domain.stays import Agent, ModelStay, Ticket

ENV = Environment()
ORDERS = QUEUES[0]
DELIVERY = QUEUES[1]
VIP = QUEUES[3]
CHAT = QUEUES[4]


def agent(*skills: str) -> Agent:
    return Agent("a", Team("team", "site", skills), Shift(0, 8), ENV.event())


def ticket(queue: str, offered_at: int = 0) -> Ticket:
    return Ticket(
        ModelStay(
            "c", 1, next(known for known in QUEUES if known.id == queue), "customer-1", offered_at
        ),
        ENV.event(),
    )


def test_an_arrival_goes_to_the_agent_idle_longest_who_has_the_skill() -> None:
    desk = Desk(QUEUES)
    other = agent("chat")
    first = agent("orders", "vip")
    second = agent("orders")
    for idle in (other, first, second):
        desk.rest(idle)

    assert [desk.join(ticket("orders")) for _ in range(3)] == [first, second, None]
    assert desk.join(ticket("vip")) is None, "the first agent is idle no more, for no queue"


def test_an_agent_takes_priority_first_and_the_oldest_next() -> None:
    desk = Desk(QUEUES)
    younger = ticket("orders", 5)
    older = ticket("delivery", 3)
    important = ticket("vip", 9)
    foreign = ticket("chat", 1)
    for waiting in (younger, older, important, foreign):
        assert desk.join(waiting) is None
    taker = agent("orders", "delivery", "vip")

    assert [desk.next_for(taker) for _ in range(4)] == [important, older, younger, None]
    assert desk.waiting() == [foreign]
    assert desk.length(CHAT) == 1


def test_who_leaves_the_line_is_given_to_nobody() -> None:
    desk = Desk(QUEUES)
    gone = ticket("orders")
    desk.join(gone)

    desk.leave(gone)

    assert desk.next_for(agent("orders")) is None


def exits(channel: str = "voice", patience: float = 100_000, *, crowded: bool = False) -> set[Exit]:
    queue = replace(
        ORDERS if channel == "voice" else CHAT,
        patience=CallerPatience(ModelSpan(patience, 0.01), hasty=0),
    )
    rng = Random(2)
    return {exit_of(rng, queue, crowded=crowded) for _ in range(300)}


def test_a_patient_caller_is_sent_away_in_the_end_unless_another_door_opens() -> None:
    assert exits() == {
        Exit(20 * MINUTE, "timeout"),
        Exit(75 * SECOND, "callback"),
        Exit(40 * SECOND, "key"),
    }


def test_an_impatient_caller_gives_up_before_any_of_it() -> None:
    assert {leaving.reason for leaving in exits(patience=10)} == {None}


def test_a_crowded_queue_overflows_after_its_announcement() -> None:
    assert exits(crowded=True) == {Exit(8 * SECOND, "overflow")}


def test_who_writes_may_wait_for_ever() -> None:
    assert {leaving.reason for leaving in exits("chat")} == {None}


def test_the_hasty_give_up_within_seconds() -> None:
    patience = CallerPatience(ModelSpan(600, 0.01), hasty=0.25, hasty_mean=2)
    rng = chance(1, "test")
    draws = [patience.draw(rng) for _ in range(2_000)]

    assert 0.2 < sum(span < 30_000 for span in draws) / len(draws) < 0.3


def test_a_span_has_the_mean_it_is_named_by() -> None:
    rng = chance(1, "test")
    draws = [ModelSpan(100, 0.5).draw(rng) for _ in range(20_000)]

    assert 98_000 < sum(draws) / len(draws) < 102_000


def test_each_purpose_has_a_stream_of_its_own() -> None:
    assert chance(1, "a").random() == chance(1, "a").random()
    assert chance(1, "a").random() != chance(1, "b").random()

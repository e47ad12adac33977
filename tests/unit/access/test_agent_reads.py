"""Reads of agents' figures on their way to the audit log."""

from floorpulse.access.agent_reads import HOUR, AgentRead, ReadTally
from floorpulse.access.audit_chain import Action

NOON = 1_794_398_400_000


def read(route: str = "/v1/agents/kpis", **asked: str) -> AgentRead:
    return AgentRead.of("acme", "k1", route, asked)


def tell(tally: ReadTally, now: int, *, stopping: bool = False) -> list[tuple[str, object]]:
    """What the log is told."""
    due = tally.due(now, stopping=stopping)
    for one, entry in due:
        tally.told(one, entry, now)
    tally.forget(now)
    return [(entry.subject, entry.details["times"]) for _, entry in due]


def test_a_first_read_is_told_at_once_with_who_and_what() -> None:
    tally = ReadTally()
    tally.note(read(agent="ann", **{"from": "2026-11-01T00:00:00+08:00", "cursor": "x"}), NOON)

    [(_, entry)] = tally.due(NOON + 1000)

    assert (entry.tenant, entry.actor, entry.action) == ("acme", "k1", Action.AGENTS_READ)
    assert (entry.subject, entry.at) == ("agent/ann", NOON)
    assert entry.details == {
        "route": "/v1/agents/kpis",
        "asked": {"agent": "ann", "from": "2026-11-01"},
        "times": 1,
        "first": NOON,
        "last": NOON,
    }


def test_a_page_that_asks_again_and_again_is_told_once_an_hour() -> None:
    tally = ReadTally()
    told = []
    for second in range(0, 7300, 5):
        now = NOON + second * 1000
        tally.note(read("/v1/agents"), now)
        told += tell(tally, now)

    assert told == [("agents", 1), ("agents", 720), ("agents", 720)]


def test_a_read_during_the_telling_is_told_later() -> None:
    tally = ReadTally()
    tally.note(read(), NOON)
    [(one, entry)] = tally.due(NOON)
    tally.note(read(), NOON + 1)
    tally.told(one, entry, NOON + 2)

    assert tell(tally, NOON + 3) == []
    assert tell(tally, NOON + HOUR + 2) == [("agents", 1)]


def test_what_is_not_told_is_told_when_the_process_stops() -> None:
    tally = ReadTally()
    tally.note(read(), NOON)
    tell(tally, NOON)
    tally.note(read(), NOON + 1)
    tally.note(read(), NOON + 2)

    assert tell(tally, NOON + 3, stopping=True) == [("agents", 2)]
    assert tell(tally, NOON + 4, stopping=True) == []


def test_reads_are_told_apart_by_route_parameters_and_day() -> None:
    tally = ReadTally()
    tally.note(read(to="2026-11-11T12:00:00Z"), NOON)
    tally.note(read(to="2026-11-11T12:00:05Z", limit="5"), NOON)
    tally.note(read(to="2026-11-12T00:00:05Z"), NOON)
    tally.note(read("/v1/agents"), NOON)
    tally.note(read(queue="sales"), NOON)

    assert [times for _, times in tell(tally, NOON)] == [2, 1, 1, 1]


def test_who_does_not_come_back_is_forgotten_after_an_hour() -> None:
    tally = ReadTally(most=1)
    tally.note(read(), NOON)

    assert tally.full
    tell(tally, NOON)
    assert tally.full
    tell(tally, NOON + HOUR)
    assert not tally.full

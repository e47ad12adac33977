"""Whoever learns about agents is noted for the audit log; nobody else is."""

from collections.abc import Iterator

import pytest

from floorpulse.access.agent_reads import AgentRead
from tests.fakes.world import LEADER, READER, SPAN, Client, World, busy_world


class Noted:
    """What was noted; no more can be while it is `full`."""

    def __init__(self) -> None:
        self.reads: list[AgentRead] = []
        self.full = False

    def note(self, read: AgentRead) -> None:
        self.reads.append(read)


@pytest.fixture
def world() -> World:
    return busy_world()


@pytest.fixture
def noted(world: World) -> Iterator[Noted]:
    """In the place of the log, for this test."""
    noted = Noted()
    world.app.state.agent_reads = noted
    yield noted
    del world.app.state.agent_reads


def test_every_route_that_names_agents_notes_who_asked_for_whom(world: World, noted: Noted) -> None:
    leader = Client(world.app, LEADER)
    contact = leader.get("/v1/visits", SPAN).json()["rows"][0]["contact"]
    leader.get("/v1/agents?queue=sales&limit=5")
    leader.get("/v1/agents/kpis", {**SPAN, "agent": "ann", "interval": "all"})
    leader.get("/v1/agents/benchmark", SPAN)
    leader.get("/v1/visits", {**SPAN, "agent": "ann"})
    leader.get(f"/v1/contacts/{contact}")
    leader.get("/v1/agents?unknown=1")

    span = (("from", "2026-11-11"), ("to", "2026-11-11"))
    assert [(one.tenant, one.actor) for one in noted.reads] == [("demo", "3")] * 7
    assert [(one.route, one.asked) for one in noted.reads] == [
        ("/v1/visits", span),
        ("/v1/agents", (("queue", "sales"),)),
        ("/v1/agents/kpis", (("agent", "ann"), span[0], ("interval", "all"), span[1])),
        ("/v1/agents/benchmark", span),
        ("/v1/visits", (("agent", "ann"), *span)),
        ("/v1/contacts/{contact:path}", (("contact", contact),)),
        ("/v1/agents", (("unknown", "1"),)),
    ]


def test_who_learns_nothing_about_agents_is_not_noted(world: World, noted: Noted) -> None:
    reader = Client(world.app, READER)
    for path in ("/v1/visits", "/v1/kpis/history"):
        assert reader.get(path, SPAN).status_code == 200
    assert reader.get("/v1/visits", {**SPAN, "agent": "ann"}).status_code == 403
    assert reader.get("/v1/agents").status_code == 403

    assert noted.reads == []


def test_while_reads_cannot_be_kept_nobody_reads_about_agents(world: World, noted: Noted) -> None:
    noted.full = True

    answer = Client(world.app, LEADER).get("/v1/agents")
    assert (answer.status_code, answer.json()["title"]) == (503, "Audit log unavailable")
    assert answer.headers["retry-after"] == "2"
    assert Client(world.app, READER).get("/v1/visits", SPAN).status_code == 200
    assert noted.reads == []

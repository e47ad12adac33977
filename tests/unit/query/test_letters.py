"""Dead letters over HTTP: the caller's own, page by page, chosen by reason and time; counted."""

import pytest

from floorpulse.contracts.letters import DeadLetter, Reason
from tests.fakes.world import NOW, READER, Client, World

PLANNER = {"Authorization": "Bearer planner"}


def letter(reason: Reason, at: int = NOW, tenant: str | None = "demo") -> DeadLetter:
    return DeadLetter(
        reason=reason, detail="why", origin="ingest", at=at, tenant=tenant, payload='{"a":1}'
    )


@pytest.fixture
def world() -> World:
    found = World()
    found.letters.kept = [
        letter(Reason.MALFORMED),
        letter(Reason.UNKNOWN_FIELD, NOW + 60_000),
        letter(Reason.MALFORMED, NOW + 120_000, tenant="other"),
        letter(Reason.MALFORMED, NOW + 180_000),
        letter(Reason.MALFORMED, NOW + 180_000, tenant=None),
    ]
    return found


def asked(world: World, **query: str) -> list[str]:
    answer = Client(world.app, PLANNER).get("/v1/letters", params=query)
    assert answer.status_code == 200, answer.text
    return [row["place"] for row in answer.json()["rows"]]


def test_a_tenant_sees_its_own_letters(world: World) -> None:
    answer = Client(world.app, PLANNER).get("/v1/letters").json()

    assert answer["next"] is None
    assert [row["place"] for row in answer["rows"]] == ["0/0", "0/1", "0/3"]
    assert answer["rows"][0] == {
        "place": "0/0",
        "at": "2026-11-11T12:07:20+00:00",
        "reason": "malformed",
        "detail": "why",
        "origin": "ingest",
        "payload": '{"a":1}',
    }


def test_letters_are_chosen_by_reason_and_time(world: World) -> None:
    assert asked(world, reason="unknown_field") == ["0/1"]
    assert asked(world, **{"from": "2026-11-11T12:08:00Z"}) == ["0/1", "0/3"]
    assert asked(world, to="2026-11-11T12:08:00Z") == ["0/0"]


def test_letters_come_page_by_page(world: World) -> None:
    client = Client(world.app, PLANNER)
    first = client.get("/v1/letters", params={"limit": "2"}).json()
    second = client.get("/v1/letters", params={"limit": "2", "cursor": first["next"]}).json()

    assert [row["place"] for row in first["rows"]] == ["0/0", "0/1"]
    assert [row["place"] for row in second["rows"]] == ["0/3"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "said"),
    [({"reason": "wrong"}, "beyond_retention"), ({"from": "yesterday"}, "RFC 3339")],
)
def test_a_wrong_question_says_what_is_right(
    world: World, query: dict[str, str], said: str
) -> None:
    answer = Client(world.app, PLANNER).get("/v1/letters", params=query)

    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_letters_need_the_scope_admin(world: World) -> None:
    assert Client(world.app, READER).get("/v1/letters").status_code == 403


def test_while_kafka_is_away_letters_are_not_made_up(world: World) -> None:
    world.letters.away = True

    assert Client(world.app, PLANNER).get("/v1/letters").status_code == 503


def test_the_pipeline_counts_the_callers_letters_by_reason(world: World) -> None:
    world.letter_counts.note([("demo", "malformed"), ("demo", "too_deep"), ("demo", "malformed")])
    world.letter_counts.note([("other", "malformed"), (None, "malformed")])

    assert Client(world.app, PLANNER).get("/v1/pipeline").json()["letters"] == {
        "total": 3,
        "by_reason": {"malformed": 2, "too_deep": 1},
    }

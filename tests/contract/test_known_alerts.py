"""What keeps the alerts that Alertmanager told, the fake and the real one alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
import pytest

from floorpulse.alerts.bridges.alertmanager_store import KEPT, KnownAlerts
from floorpulse.alerts.domain.alertmanager_in import KnownAlert
from floorpulse.alerts.domain.alertmanager_out import OURS
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings
from tests.fakes.known_alerts import MemoryKnownAlerts
from tests.fakes.told import ANNOTATIONS, AT, LABELS, body, told


@pytest.fixture
async def store(
    real: DatabaseSettings | None,
) -> AsyncIterator[KnownAlerts | MemoryKnownAlerts]:
    if real is None:
        yield MemoryKnownAlerts()
        return
    engine = async_engine(real)
    yield KnownAlerts(engine)
    await engine.dispose()


Store = KnownAlerts | MemoryKnownAlerts


async def test_what_was_told_is_kept_as_it_was_told(store: Store) -> None:
    news = await store.hear("demo", body(told()), AT + 5)

    assert news == 1
    assert await store.all() == [
        KnownAlert(
            tenant="demo",
            fingerprint="f1",
            receiver="floorpulse",
            group_key="{}:{}",
            starts_at=AT,
            status="firing",
            reason=(await store.all())[0].reason,
            labels=LABELS,
            annotations=ANNOTATIONS,
            changed_at=AT + 5,
        )
    ]


async def test_the_same_told_again_is_no_news(store: Store) -> None:
    group = body(told(), told(fingerprint="f2"))

    assert [await store.hear("demo", group, AT + late) for late in range(3)] == [2, 0, 0]


@pytest.mark.parametrize("fingerprint", ["f\0" + "1", "f" * 5000])
async def test_an_alert_with_a_name_that_cannot_be_stored_as_it_is_is_known_again(
    store: Store, fingerprint: str
) -> None:
    group = body(told(fingerprint=fingerprint))

    assert [await store.hear("demo", group, AT + late) for late in range(2)] == [1, 0]


async def test_an_alert_of_one_tenant_is_nothing_to_another(store: Store) -> None:
    assert [await store.hear(tenant, body(told()), AT) for tenant in ("a", "b")] == [1, 1]


async def test_a_body_of_nothing_but_ours_is_no_news(store: Store) -> None:
    ours = msgspec.structs.replace(told(), labels={OURS: "i1"})

    assert await store.hear("demo", body(ours), AT) == 0
    assert await store.hear("demo", body(), AT) == 0


async def test_what_incidents_know_of_is_no_longer_unhandled(store: Store) -> None:
    await store.hear("demo", body(told()), AT)
    await store.hear("demo", body(told(fingerprint="f2")), AT + 1)
    first, second = await store.unhandled(10)
    assert [one.fingerprint for one in await store.unhandled(1)] == ["f1"]
    await store.mark_handled([first])
    assert await store.unhandled(10) == [second]


async def test_a_change_during_the_hand_over_is_handed_over_next(store: Store) -> None:
    await store.hear("demo", body(told()), AT)
    taken = await store.unhandled(10)
    await store.hear("demo", body(told("resolved")), AT + 1)
    await store.mark_handled(taken)

    (left,) = await store.unhandled(10)

    assert (left.status, left.revision, left.handled) == ("resolved", 2, 1)


async def test_a_look_does_not_undo_what_was_told_meanwhile(store: Store) -> None:
    await store.hear("demo", body(told(), told(fingerprint="f2")), AT)
    seen = [replace(one, revision=2, status="resolved") for one in await store.all()]
    await store.hear("demo", body(told(at=AT + 60_000)), AT + 1)

    assert await store.write(seen) == 1
    assert {one.fingerprint: one.status for one in await store.all()} == {
        "f1": "firing",
        "f2": "resolved",
    }


async def test_what_was_resolved_a_week_ago_is_forgotten_once_incidents_know(store: Store) -> None:
    await store.hear("demo", body(told("resolved"), told(fingerprint="f2")), AT)
    await store.forget(AT + KEPT + 1)
    assert len(await store.all()) == 2
    await store.mark_handled(await store.unhandled(10))
    await store.forget(AT + KEPT)
    assert len(await store.all()) == 2
    await store.forget(AT + KEPT + 1)
    assert [one.fingerprint for one in await store.all()] == ["f2"]


async def test_a_storm_in_one_post_is_kept_whole(store: Store) -> None:
    storm = body(*(told(fingerprint=f"f{number:04}") for number in range(3000)))

    assert await store.hear("demo", storm, AT) == 3000
    assert len(await store.all()) == 3000


async def test_posts_that_come_at_once_lose_nothing(store: Store) -> None:
    groups = [body(told(at=AT + late), told(fingerprint=f"g{late}")) for late in range(4)]

    await asyncio.gather(*(store.hear("demo", group, AT) for group in groups))

    known = {one.fingerprint: one.starts_at for one in await store.all()}
    assert known == {"f1": AT + 3} | {f"g{late}": AT for late in range(4)}

"""What every store of definitions promises; the one in memory and the one in PostgreSQL are held to
it alike.
"""

import asyncio

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.ports import DefinitionStore
from tests.fakes.definitions import entries

FAST = (
    "tenant: demo\nabout:\n  - names: {en: Demo, zh: 演示}\n    service_level: "
    "fast\nservice_levels:\n  - {id: fast, threshold: 10}\n"
)
FASTER = FAST.replace("threshold: 10", "threshold: 8")
LATER = FAST + "  - {id: fast, threshold: 8, valid_from: 2026-06-01}\n"
NOBODY = "tenant: demo\nabout:\n  - names: {en: Demo, zh: 演示}\n"


async def names(store: DefinitionStore) -> list[tuple[str, bool]]:
    """The service levels it holds, and whether they stand."""
    known = await store.load()
    return [
        (one.name, one.standing)
        for one in known.of("demo").versions
        if one.kind is Kind.SERVICE_LEVEL
    ]


class StoreSuite:
    """The promises; `store` is an empty one."""

    async def test_an_empty_store_holds_the_defaults(self, store: DefinitionStore) -> None:
        known = await store.load()

        assert (await store.latest(), known.number, known.versions) == (0, 0, ())

    async def test_what_is_saved_stands(self, store: DefinitionStore) -> None:
        number = await store.save(entries(FAST), 5000)

        known = await store.load()
        assert (await store.latest(), known.number, known.loaded_at) == (number, number, 5000)
        assert known.at("demo", 0).policy("sales", "voice").name == "fast@1"
        assert known.at("demo", 0).policy("sales", "voice").threshold == 10

    async def test_the_same_again_is_the_same_set(self, store: DefinitionStore) -> None:
        first = await store.save(entries(FAST), 5000)

        assert (
            await store.save(
                entries(
                    FAST.replace("{id: fast, threshold: 10}", "{threshold: 10, id: fast, short: 5}")
                ),
                6000,
            )
            == first
        )
        assert await names(store) == [("fast@1", True)]

    async def test_a_change_is_a_new_version_and_the_old_one_is_kept(
        self, store: DefinitionStore
    ) -> None:
        await store.save(entries(FAST), 5000)

        number = await store.save(entries(FASTER), 6000)

        assert await store.latest() == number
        assert await names(store) == [("fast@1", False), ("fast@2", True)]

    async def test_going_back_is_the_old_version_again(self, store: DefinitionStore) -> None:
        for text in (FAST, FASTER, FAST):
            await store.save(entries(text), 5000)

        assert await names(store) == [("fast@1", True), ("fast@2", False)]

    async def test_dated_versions_stand_together(self, store: DefinitionStore) -> None:
        await store.save(entries(LATER), 5000)

        assert await names(store) == [("fast@1", True), ("fast@2", True)]

    async def test_what_was_taken_out_stands_no_longer(self, store: DefinitionStore) -> None:
        await store.save(entries(FAST), 5000)
        await store.save(entries(NOBODY), 6000)

        assert await names(store) == [("fast@1", False)]

    async def test_savers_at_the_same_time_agree(self, store: DefinitionStore) -> None:
        numbers = await asyncio.gather(*(store.save(entries(FAST), 5000) for _ in range(4)))

        assert len(set(numbers)) == 1

"""Keeping definitions: reloads are atomic, a wrong file changes nothing and is told, processes
converge.
"""

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from floorpulse.definitions.app import DefinitionKeeper
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.definitions.ports import DefinitionStore
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.definition_stores import FAST, FASTER, StoreSuite
from tests.fakes.definitions import MemoryDefinitions, MemoryFiles

WRONG = FAST.replace("threshold", "treshold")


class TestMemoryDefinitions(StoreSuite):
    """The fake keeps what the real one promises."""

    @pytest.fixture
    def store(self) -> DefinitionStore:
        return MemoryDefinitions()


class Process:
    """A keeper as one process has it."""

    def __init__(self, store: MemoryDefinitions, files: MemoryFiles | None = None) -> None:
        self.registry = CollectorRegistry()
        self.now = 1000
        self.keeper = DefinitionKeeper(
            store, files, DefinitionMetrics(self.registry), lambda: self.now
        )

    @property
    def policy(self) -> str:
        return self.keeper.current.at("demo", 0).policy("sales", "voice").name

    def metric(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"floorpulse_definitions_{name}")


async def test_files_come_into_force_at_the_first_look() -> None:
    process = Process(MemoryDefinitions(), MemoryFiles(FAST))

    await process.keeper.look()

    assert process.keeper.loaded.is_set()
    assert (process.policy, process.metric("set"), process.metric("reload_ok")) == ("fast@1", 1, 1)


async def test_a_change_of_the_files_comes_into_force() -> None:
    files = MemoryFiles(FAST)
    process = Process(MemoryDefinitions(), files)
    await process.keeper.look()

    files.text = FASTER
    await process.keeper.look()

    assert (process.policy, process.metric("set")) == ("fast@2", 2)


async def test_a_wrong_file_keeps_the_last_good_ones_and_is_told_once() -> None:
    files = MemoryFiles(FAST)
    process = Process(MemoryDefinitions(), files)
    await process.keeper.look()
    files.text = WRONG
    process.now = 2000

    with capture_logs() as told:
        await process.keeper.look()
        await process.keeper.look()

    assert process.policy == "fast@1"
    mistake = "demo.yaml:6: service_levels[fast].treshold: no such field; did you mean 'threshold'?"
    assert told == [{"event": "definitions_wrong", "log_level": "error", "mistake": mistake}]
    assert (process.metric("reload_ok"), process.metric("last_good_timestamp_seconds")) == (0, 1)
    assert (
        process.keeper.reload.ok,
        process.keeper.reload.good_at,
        len(process.keeper.reload.mistakes),
    ) == (False, 1000, 1)


async def test_a_mended_file_is_good_again() -> None:
    files = MemoryFiles(WRONG)
    process = Process(MemoryDefinitions(), files)
    await process.keeper.look()

    files.text = FAST
    process.now = 3000
    await process.keeper.look()

    assert (
        process.policy,
        process.keeper.reload.ok,
        process.metric("last_good_timestamp_seconds"),
    ) == ("fast@1", True, 3)


async def test_a_process_without_files_follows_the_store() -> None:
    store = MemoryDefinitions()
    reader = Process(store)
    writer = Process(store, MemoryFiles(FAST))
    await reader.keeper.look()
    before = reader.policy

    await writer.keeper.look()
    await reader.keeper.look()

    assert (before, reader.policy) == ("default@1", "fast@1")


async def test_while_the_store_is_away_what_is_known_holds_and_the_change_is_not_forgotten() -> (
    None
):
    store = MemoryDefinitions()
    files = MemoryFiles(FAST)
    process = Process(store, files)
    await process.keeper.look()
    files.text = FASTER
    store.away = True

    with pytest.raises(StoreUnavailable):
        await process.keeper.look()
    held = process.policy
    store.away = False
    await process.keeper.look()

    assert (held, process.policy) == ("fast@1", "fast@2")


async def test_nothing_is_believed_before_the_store_answered() -> None:
    store = MemoryDefinitions()
    store.away = True
    process = Process(store)

    with pytest.raises(StoreUnavailable):
        await process.keeper.look()

    assert not process.keeper.loaded.is_set()

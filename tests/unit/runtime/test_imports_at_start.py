"""A process imports what it needs and no more: most of the CPU of a start is imports."""

import asyncio
import gc
import subprocess
import sys

import pytest
import uvicorn

from floorpulse.demo.programs import MODULES
from floorpulse.runtime.gc_tuning import importing
from floorpulse.runtime.http import STREAMS, create_app, serve

HEAVY = ("sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "httpx", "xlsxwriter")
ENGINE = (
    "floorpulse.cli.app",
    "floorpulse.cli.run",
    "floorpulse.access.error_messages",
    "floorpulse.migrations",
    "floorpulse.kpi_engine.wiring",
)
SELDOM = ("alembic", "boto3", "fontTools", "fpdf", "websockets", "xlsxwriter")
SOURCE = (
    "import importlib, sys; [importlib.import_module(one) for one in {!r}]; print(*sys.modules)"
)


def test_an_engine_worker_starts_without_sqlalchemy_and_the_web() -> None:
    imported = imported_by(ENGINE)

    assert "floorpulse.kpi_engine.app" in imported
    assert imported.isdisjoint(HEAVY)


def test_nothing_that_only_some_answers_need_is_imported_before_the_programs_of_a_demo() -> None:
    imported = imported_by(MODULES)

    assert "httpcore" in imported
    assert imported.isdisjoint(SELDOM)


def test_what_the_first_answer_in_pieces_needs_is_there_before_the_first_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[bool] = []

    async def serving(server: uvicorn.Server) -> None:
        found.append(STREAMS in sys.modules)
        server.started = True

    monkeypatch.delitem(sys.modules, STREAMS, raising=False)
    monkeypatch.setattr(uvicorn.Server, "serve", serving)
    asyncio.run(serve(create_app("a program", "of a test"), "127.0.0.1", 0))

    assert found == [True]
    assert STREAMS in MODULES


def test_nothing_is_collected_while_importing_and_what_was_imported_is_left_alone() -> None:
    kept = gc.get_freeze_count()
    try:
        with importing():
            collects_then = gc.isenabled()
            made: list[object] = [[]]
        assert not collects_then
        assert gc.isenabled()
        assert gc.get_freeze_count() > kept
        assert not any(one is made for one in gc.get_objects())
    finally:
        gc.unfreeze()


def imported_by(modules: tuple[str, ...]) -> set[str]:
    """All modules that a fresh process has once it imported these."""
    said = subprocess.run(
        [sys.executable, "-c", SOURCE.format(modules)], check=True, capture_output=True, text=True
    )
    return set(said.stdout.split())

"""Spans are made where they are asked for, tied to one another by headers; off, nothing happens."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from floorpulse.runtime import logging, tracing
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import LogSettings, TracingSettings
from floorpulse.runtime.tracing import Role

TRACE = "0af7651916cd43dd8448eb211c80319c"
FOLLOWED = f"00-{TRACE}-b7ad6b7169203331-01"
NOT_FOLLOWED = f"00-{TRACE}-b7ad6b7169203331-00"


def spans_of(share: float) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    made = tracing.provider(share, "test", "1")
    made.add_span_processor(SimpleSpanProcessor(kept))
    tracing.install(made)
    return kept


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Spans of this process, which begins none by itself."""
    yield spans_of(0)
    tracing.install(None)


def test_off_neither_the_sdk_nor_an_exporter_is_imported() -> None:
    asked = (
        "import sys; from floorpulse.cli import app; from floorpulse.kpi_engine import wiring; "
        "from floorpulse.query import wiring; from floorpulse.ingest import wiring; "
        "from floorpulse.runtime import tracing; tracing.headers(); tracing.ids(); "
        "print([one for one in sys.modules if one.startswith(('opentelemetry.sdk', "
        "'opentelemetry.exporter'))])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_off_headers_ids_and_spans_are_empty() -> None:
    with tracing.following("fold", Role.CONSUMER, [FOLLOWED.encode()], {}) as followed:
        assert followed == []
        assert tracing.headers() == []
        assert tracing.ids() == {}
    assert not tracing.on()


async def test_a_request_of_a_caller_who_traces_is_a_span_of_the_routes_name(
    spans: InMemorySpanExporter,
) -> None:
    app = create_app("Test", "Test")
    carried: list[tracing.RecordHeaders] = []

    @app.get("/things/{number}")
    async def thing(number: int) -> int:
        carried.append(tracing.headers())
        return number

    await asked(app, "/things/7", FOLLOWED)
    await asked(app, "/things/7", NOT_FOLLOWED)
    await asked(app, "/things/7", None)
    await asked(app, "/things/x", FOLLOWED)

    fine, wrong = spans.get_finished_spans()
    assert (fine.name, fine.parent and fine.parent.span_id) == (
        "GET /things/{number}",
        0xB7AD6B7169203331,
    )
    assert fine.attributes is not None
    assert fine.attributes["http.response.status_code"] == 200
    assert wrong.attributes is not None
    assert wrong.attributes["http.response.status_code"] == 422
    assert [tracing.parents(one) != [] for one in carried] == [True, False, False]


async def test_machines_that_ask_again_and_again_leave_no_spans(
    spans: InMemorySpanExporter,
) -> None:
    app = create_app("Test", "Test")

    @app.get("/readyz")
    async def readyz() -> str:
        return "ok"

    await asked(app, "/readyz", FOLLOWED)

    assert spans.get_finished_spans() == ()


async def asked(app: FastAPI, path: str, traceparent: str | None) -> None:
    headers = {} if traceparent is None else {"traceparent": traceparent}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        await client.get(path, headers=headers)


def test_all_requests_are_traced_where_the_share_is_one() -> None:
    kept = spans_of(1)
    try:
        with tracing.serving("GET", None):
            assert tracing.parents(tracing.headers()) != []
    finally:
        tracing.install(None)
    assert len(kept.get_finished_spans()) == 1


def test_each_trace_of_a_batch_has_a_span_and_the_next_ones_are_its_children(
    spans: InMemorySpanExporter,
) -> None:
    parents = [f"00-{number:032x}-{number:016x}-01".encode() for number in (1, 2)]

    with (
        tracing.following("fold", Role.CONSUMER, parents, {"partition": 3}) as folded,
        tracing.following("publish", Role.PRODUCER, folded, {}) as published,
    ):
        assert tracing.parents(tracing.carried(published)) == published

    found = {
        (one.name, one.context.trace_id if one.context else 0): one
        for one in spans.get_finished_spans()
    }
    assert set(found) == {(name, number) for name in ("fold", "publish") for number in (1, 2)}
    for number in (1, 2):
        fold = found["fold", number].context
        parent = found["publish", number].parent
        assert fold is not None
        assert parent is not None
        assert parent.span_id == fold.span_id


@pytest.mark.usefixtures("spans")
def test_no_more_traces_are_followed_than_the_bound() -> None:
    many = [f"00-{number:032x}-{number:016x}-01".encode() for number in range(1, 100)]

    with tracing.following("fold", Role.CONSUMER, many, {}) as followed:
        assert len(followed) == tracing.MOST
    assert tracing.parents(tracing.carried(many)) == many[: tracing.MOST]


@pytest.mark.usefixtures("spans")
def test_lines_of_the_log_name_the_trace_they_belong_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.configure(LogSettings(json_lines=True))
    with tracing.serving("GET", FOLLOWED):
        structlog.get_logger("test").info("inside")
    structlog.get_logger("test").info("outside")

    inside, outside = capsys.readouterr().err.splitlines()
    assert f'"trace_id":"{TRACE}"' in inside
    assert "trace_id" not in outside


def test_a_collector_without_the_extra_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    settings = TracingSettings(endpoint="http://127.0.0.1:4318/v1/traces")

    with pytest.raises(tracing.TracingUnavailable, match=r"install floorpulse\[otel\], or unset"):
        tracing.configure(settings, "api", "1")


def test_without_a_collector_traces_are_off() -> None:
    tracing.configure(TracingSettings(), "api", "1")

    assert not tracing.on()


def test_with_a_collector_traces_are_on_until_they_are_closed() -> None:
    tracing.configure(TracingSettings(endpoint="http://127.0.0.1:9/v1/traces"), "api", "1")
    assert tracing.on()

    tracing.close()

    assert not tracing.on()

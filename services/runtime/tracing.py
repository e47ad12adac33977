"""Traces of single events through the processes; off, each place asks one variable and goes on.

    POST /v1/events ─► header of the record ─► engine ─► header of the update ─► board

A trace is followed where its first span was sampled: records of others carry no header, so that
nothing behind ingest has to do with them. OpenTelemetry is imported only where it is on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any

from floorpulse.runtime.settings import TracingSettings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

HEADER = "traceparent"
"""W3C's header, in HTTP and in records of Kafka"""
LIBRARY = "floorpulse"
MOST = 16
"""Traces that are followed through one batch or update; what else comes with it goes without"""

TraceParent = bytes
"""A span that others may be children of, as W3C's header writes it"""
RecordHeaders = list[tuple[str, bytes]]


class TracingUnavailable(Exception):  # noqa: N818  it says what is missing
    """Traces are asked for, and OpenTelemetry is not installed."""


class Role(Enum):
    """What a span does, in OpenTelemetry's words."""

    SERVER = "SERVER"
    PRODUCER = "PRODUCER"
    CONSUMER = "CONSUMER"


class _Tracing:
    """The one tracer of this process; None while traces are off."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


def configure(settings: TracingSettings, service: str, version: str) -> None:
    """Send spans of this process, `service`, to the collector that the settings name; without one,
    traces are off.

    Raises TracingUnavailable where the extra `otel` is missing.
    """
    if settings.endpoint is None:
        install(None)
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  only where it is on
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  as above
    except ImportError as missing:
        message = (
            f"FLOORPULSE_TRACING__ENDPOINT is set, and {missing.name} is not installed: install "
            "floorpulse[otel], or unset the variable"
        )
        raise TracingUnavailable(message) from missing
    made = provider(settings.share, service, version)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.endpoint)))
    install(made)


def provider(share: float, service: str, version: str) -> "TracerProvider":
    """A provider that begins `share` of all traces by itself, and follows what others began."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  only where it is on
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  as above
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    named = {"service.namespace": LIBRARY, "service.name": service, "service.version": version}
    return TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)), resource=Resource.create(named)
    )


def install(made: "TracerProvider | None") -> None:
    """From now on spans of this process go to this provider; None: no spans."""
    _Tracing.provider = made
    _Tracing.tracer = None if made is None else made.get_tracer(LIBRARY)


def close() -> None:
    """Send what is left and follow no more; blocks until the collector has it, within bounds."""
    if _Tracing.provider is not None:
        _Tracing.provider.shutdown()
    install(None)


def on() -> bool:
    """Whether this process follows traces."""
    return _Tracing.tracer is not None


def headers() -> RecordHeaders:
    """Headers of records that the current span writes: none where nobody follows it."""
    if _Tracing.tracer is None:
        return []
    return carried([one for one in [_written()] if one is not None])


def carried(parents: Iterable[TraceParent]) -> RecordHeaders:
    """Headers of a record that carries on these traces."""
    return [(HEADER, parent) for parent in parents]


def parents(found: Iterable[tuple[str, bytes]]) -> list[TraceParent]:
    """The traces that a record's headers carry on, as many as are followed."""
    return [value for name, value in found if name == HEADER][:MOST]


def ids() -> Mapping[str, str]:
    """`trace_id` and `span_id` of the current span in hexadecimal; empty where nobody follows
    it.
    """
    written = None if _Tracing.tracer is None else _written()
    if written is None:
        return {}
    _, trace, span, _ = written.decode().split("-")
    return {"trace_id": trace, "span_id": span}


@contextmanager
def serving(name: str, parent: str | None) -> Iterator["Span | None"]:
    """A request under way, of `parent` where the client sent one; None while traces are off."""
    tracer = _Tracing.tracer
    if tracer is None:
        yield None
        return
    context = None if parent is None else _context(parent)
    with tracer.start_as_current_span(name, context, _kind(Role.SERVER)) as span:
        yield span


@contextmanager
def following(
    name: str, role: Role, traces: Sequence[TraceParent], attributes: Mapping[str, Any]
) -> Iterator[list[TraceParent]]:
    """One span of each trace around the block; yields what the next spans are children of.

    The first one is current, so that lines of the log name it.
    """
    tracer = _Tracing.tracer
    if tracer is None or not traces:
        yield []
        return
    with ExitStack() as spans:
        written: list[TraceParent] = []
        for trace in reversed(traces[:MOST]):
            spans.enter_context(
                tracer.start_as_current_span(
                    name, _context(trace.decode("ascii", "replace")), _kind(role), attributes
                )
            )
            one = _written()
            written += [] if one is None else [one]
        yield written[::-1]


def _context(parent: str) -> "Context":
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415  only where it is on
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator().extract({HEADER: parent})


def _kind(role: Role) -> Any:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415  only where it is on

    return SpanKind[role.value]


def _written() -> TraceParent | None:
    """The current span where it is sampled."""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415  only where it is on

    current = get_current_span().get_span_context()
    if not current.is_valid or not current.trace_flags.sampled:
        return None
    return f"00-{current.trace_id:032x}-{current.span_id:016x}-01".encode()

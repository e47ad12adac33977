"""What processes log: events with names and fields, for people as text or for machines as JSON
lines; no payloads, no keys, no personal references.

    structlog   log.warning("partition_waits", partition=3, offset=17) ─┐
    stdlib      aiokafka, faust, uvicorn ──────────────────────────────┴► one chain ► stderr
"""

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.stdlib import BoundLogger, LoggerFactory, ProcessorFormatter
from structlog.typing import EventDict, Processor

from floorpulse.runtime import tracing
from floorpulse.runtime.settings import LogSettings

LEAST = {
    "aiokafka": logging.WARNING,
    # of every partition that two members remember as theirs: each takeover brings twelve such
    # warnings, and they mean nothing
    "aiokafka.coordinator.assignors.sticky.sticky_assignor": logging.ERROR,
    "alembic.runtime.plugins": logging.WARNING,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "uvicorn.error": logging.WARNING,
    "httpx": logging.WARNING,
}
"""From which level upwards libraries speak, unless everything is asked for (`debug`)."""


def _trace(_: Any, __: str, event: EventDict) -> EventDict:
    """Which trace and span an event belongs to, where one is followed."""
    event.update(tracing.ids())
    return event


SHARED: tuple[Processor, ...] = (
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    _trace,
)
"""Steps that our events and the libraries' records both go through"""


def configure(settings: LogSettings) -> None:
    """Send all logging of this process to standard error in the asked form; libraries say less, see
    `LEAST`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings))
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(level, least) if level > logging.DEBUG else level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=BoundLogger,
        logger_factory=LoggerFactory(),
    )


def _formatter(settings: LogSettings) -> ProcessorFormatter:
    """JSON: one object a line with at (RFC 3339, UTC), level, logger, event, its fields, and the
    traceback of an error. Text: the same for people, coloured on a terminal.
    """
    render: list[Processor] = (
        [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
        if settings.json_lines
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                timestamp_key="at",
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    )
    return ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[ProcessorFormatter.remove_processors_meta, *render],
    )


def _json(event: dict[str, Any], **_: Any) -> str:
    """A line; what JSON does not know stands as its text."""
    return msgspec.json.encode(event, enc_hook=str).decode()

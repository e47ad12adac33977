"""What processes say, as text for people or JSON lines for machines; no payloads, no keys, no personal references."""

import logging
import sys
from datetime import UTC, datetime

import msgspec

from services.runtime.settings import LogSettings

TEXT = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"
NOISY = ("aiokafka", "faust", "mode", "uvicorn.error", "httpx")
REMEMBERING = "aiokafka.coordinator.assignors.sticky.sticky_assignor"
"""Warns of every partition that two members remember as theirs: each takeover brings twelve such lines, and they mean nothing."""


class JsonLines(logging.Formatter):
    """One JSON object a line: at (RFC 3339, UTC), level, logger, message, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def configure(settings: LogSettings) -> None:
    """Send all logging of this process to standard error in the asked form; libraries speak from warnings upwards."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.json_lines else logging.Formatter(TEXT))
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING) if level > logging.DEBUG else level)
    logging.getLogger(REMEMBERING).setLevel(logging.ERROR)

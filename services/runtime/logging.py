"""What processes say, as text for people or JSON lines for machines; no payloads, no keys, no
personal references.
"""

import logging
import sys
from datetime import UTC, datetime

import msgspec

from services.runtime.settings import LogSettings

TEXT = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"
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


class JsonLines(logging.Formatter):
    """One JSON object a line: at (RFC 3339, UTC), level, logger, message, and the traceback of an
    error.
    """

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
    """Send all logging of this process to standard error in the asked form; libraries say less, see
    `LEAST`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.json_lines else logging.Formatter(TEXT))
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(level, least) if level > logging.DEBUG else level)

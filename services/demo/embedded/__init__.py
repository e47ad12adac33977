"""The two servers of the `embedded` extra as child processes: a Kafka-protocol broker and
PostgreSQL.

Both listen on 127.0.0.1 only, are deaf to the terminal's Ctrl-C (who started them stops them) and,
where `setpriv` exists, stop when this process dies.
"""

from floorpulse.demo.embedded.broker import Broker
from floorpulse.demo.embedded.child import (
    EmbeddedExtraMissingError,
    EmbeddedServerError,
    ServerExitedError,
)
from floorpulse.demo.embedded.postgres import Postgres

__all__ = [
    "Broker",
    "EmbeddedExtraMissingError",
    "EmbeddedServerError",
    "Postgres",
    "ServerExitedError",
]

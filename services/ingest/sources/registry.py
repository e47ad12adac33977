"""The registry of sources: the name that an operator writes, what opens the source, and how its
platform speaks over HTTP.
"""

from collections.abc import Mapping
from types import MappingProxyType

from floorpulse.ingest.sources.alibaba_ccc import events as alibaba_ccc
from floorpulse.ingest.sources.amazon_connect import adapter as amazon_connect
from floorpulse.ingest.sources.asterisk.events import QueueLog
from floorpulse.ingest.sources.asterisk_ami.events import ManagerEvents
from floorpulse.ingest.sources.cloudevents import adapter as cloudevents
from floorpulse.ingest.sources.delivery import (
    Receiver,
    Reply,
    by_address,
    by_key,
    by_password,
)
from floorpulse.ingest.sources.freeswitch.events import CallCenterEvents
from floorpulse.ingest.sources.genesys_cloud import events as genesys_cloud
from floorpulse.ingest.sources.payloads import payload_source
from floorpulse.ingest.sources.source import SourceFactory, SourceSettings
from floorpulse.ingest.sources.stream import SourceStream
from floorpulse.ingest.sources.tencent_ccc.events import TencentCcc
from floorpulse.ingest.sources.twilio_taskrouter.events import TaskRouter
from floorpulse.ingest.sources.twilio_taskrouter.signature import signed

SOURCES: Mapping[str, SourceFactory] = MappingProxyType(
    {
        "alibaba-ccc": payload_source(alibaba_ccc.events),
        "amazon-connect": payload_source(amazon_connect.events),
        "asterisk-ami": ManagerEvents,
        "cloudevents": payload_source(cloudevents.events),
        "freeswitch": CallCenterEvents,
        "genesys-cloud": payload_source(genesys_cloud.events),
        "queue-log": lambda settings: QueueLog(settings.name),
        "tencent-ccc": TencentCcc,
        "twilio-taskrouter": TaskRouter,
    }
)
RECEIVERS: Mapping[str, Receiver] = MappingProxyType(
    {
        "alibaba-ccc": Receiver(by_address),
        "amazon-connect": Receiver(by_key),
        "cloudevents": Receiver(by_key),
        "freeswitch": Receiver(by_password, Reply(200)),
        "genesys-cloud": Receiver(by_key),
        "tencent-ccc": Receiver(by_password, Reply(200, b'{"ErrCode":0,"ErrMsg":""}')),
        "twilio-taskrouter": Receiver(signed, Reply(204, b"")),
    }
)
"""The sources that `POST /v1/sources/{name}` takes"""


class UnknownSourceError(ValueError):
    """No source has this name; the message names those there are."""


def stream_of(
    name: str,
    speaks_as: str | SourceSettings,
    sources: Mapping[str, SourceFactory] = SOURCES,
) -> SourceStream:
    """A new stream of the source `name`; `speaks_as` is the `source` of its events, or all that is
    known of it.

    Raises `UnknownSourceError`.
    """
    if name not in sources:
        message = f"there is no source {name!r}; there are {', '.join(sorted(sources))}"
        raise UnknownSourceError(message)
    settings = SourceSettings(speaks_as) if isinstance(speaks_as, str) else speaks_as
    return SourceStream(sources[name](settings))

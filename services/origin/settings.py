"""What an operator may set where ingest and API are one process."""

from floorpulse.ingest.settings import IngestSettings
from floorpulse.query.settings import QuerySettings


class HttpSettings(IngestSettings, QuerySettings):
    """All settings of `floorpulse http`."""

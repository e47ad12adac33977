"""What an operator may set where ingest and API are one process."""

from services.ingest.settings import IngestSettings
from services.query.settings import QuerySettings


class HttpSettings(IngestSettings, QuerySettings):
    """All settings of `floorpulse http`."""

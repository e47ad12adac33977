"""What an operator may set where ingest, API and the routes of alerts are one process."""

from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.ingest.settings import IngestSettings
from floorpulse.query.settings import QuerySettings


class HttpSettings(IngestSettings, QuerySettings, AlertsProcessSettings):
    """All settings of `floorpulse http`."""

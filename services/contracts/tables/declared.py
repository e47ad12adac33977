"""All tables at once, for who builds, compares or empties them."""

from sqlalchemy import MetaData

from floorpulse.contracts.tables import (  # noqa: F401  to import a module is to declare its tables
    access,
    alerts,
    definitions,
    forecasts,
    partitions,
    reports,
    rollups,
    settlements,
    sources,
)
from floorpulse.contracts.tables.metadata import metadata


def declared() -> MetaData:
    """Every table of this version."""
    return metadata

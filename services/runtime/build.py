"""Which build of Floorpulse runs here."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "floorpulse"


def installed_version() -> str:
    """The version of the installed distribution; `0` in a tree that is not installed."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0"

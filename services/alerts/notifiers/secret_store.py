"""Secrets by name: from a setting, or one file each in a folder.

A file is read whenever it is asked for, so that a secret can be changed while the service runs.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from floorpulse.alerts.notifiers.settings import ChannelSettings


class NoSecret(LookupError):  # noqa: N818  it says what happened
    """A name that nobody gave a secret to; the message says what to do."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no secret {name!r}: name it in FLOORPULSE_ALERTS__SECRETS, or put a file "
            f"{name!r} into the folder FLOORPULSE_ALERTS__SECRETS_DIR"
        )


class SecretStore:
    """The secrets of this process; the setting outranks the folder."""

    def __init__(self, given: Mapping[str, SecretStr], folder: Path | None) -> None:
        self._given = given
        self._folder = folder

    @classmethod
    def of(cls, settings: ChannelSettings) -> "SecretStore":
        """The secrets that settings name."""
        return cls(settings.secrets, settings.secrets_dir)

    def secret(self, name: str) -> str:
        """The secret of a name; NoSecret where there is none, or it is empty."""
        given = self._given.get(name)
        text = given.get_secret_value() if given else self._in_folder(name)
        if not text:
            raise NoSecret(name)
        return text

    def _in_folder(self, name: str) -> str:
        if self._folder is None:
            return ""
        try:
            return (self._folder / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

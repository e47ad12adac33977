"""What an operator may set about definitions."""

from pathlib import Path

from pydantic import BaseModel, Field


class DefinitionsSettings(BaseModel):
    """Where definitions come from. `FLOORPULSE_DEFINITIONS__…`"""

    dir: Path | None = Field(
        None,
        description="folder of YAML files, loaded at the start and whenever they change; unset: "
        "what `floorpulse definitions load` left",
    )
    reload_seconds: float = Field(2, gt=0, description="how often files and database are looked at")

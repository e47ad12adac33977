"""Who makes the usual steps of the fold: C or Python."""

from typing import Literal, NamedTuple

from floorpulse.kpi_engine.native.core import Core, NoCore, core

Wanted = Literal["auto", "python", "native"]


class Folding(NamedTuple):
    """Who folds, and why it is not the other."""

    by: Literal["python", "native"]
    core: Core | None
    reason: str = ""


def folding(wanted: Wanted) -> Folding:
    """Who folds where the setting says `wanted`. Raises NoCore where C must and cannot."""
    if wanted == "python":
        return Folding("python", None, "so set")
    try:
        return Folding("native", core())
    except NoCore as reason:
        if wanted == "native":
            message = f"FLOORPULSE_ENGINE__FOLD is native, and cannot be: {reason}"
            raise NoCore(message) from reason
        return Folding("python", None, str(reason))

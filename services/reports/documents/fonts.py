"""The fonts of PDFs: Noto Sans in simplified Chinese and Latin, or what the system has in its
place.
"""

from importlib.resources import files
from pathlib import Path

FAMILIES = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
)
"""Families in the order in which they are tried for each character"""


def folders(more: Path | None = None) -> list[Path]:
    """Where fonts are looked for beside the system's places: a folder of the operator, and the
    package's own.
    """
    own = Path(str(files("floorpulse.reports.documents") / "fonts"))
    return [*([more] if more is not None else []), own]

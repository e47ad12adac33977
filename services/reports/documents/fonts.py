"""The fonts of PDFs: Noto Sans in simplified Chinese and Latin, or what the system has in its
place.

The package's own are subsets, regular and bold, of Noto Sans SC (SIL Open Font License 1.1): the
characters of GB 2312, Latin letters of Western and Central Europe, and the signs of reports, made
with fontTools' `pyftsubset` without hints.
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

"""A document as PDF: set by Typst, which brings its own layout and needs no program or library of
the system; fonts are embedded as subsets, so every text can be searched and copied.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from floorpulse.reports.documents.fonts import FAMILIES, folders
from floorpulse.reports.domain.report_blocks import (
    Block,
    ChartBlock,
    HeadingBlock,
    ParagraphBlock,
    ReportDocument,
    Section,
    TableBlock,
    Text,
    TilesBlock,
)

TEMPLATE = Path(str(files("floorpulse.reports.documents") / "report.typ"))


class PdfUnavailableError(Exception):
    """PDF cannot be made as things are; the message says what to do."""


def pdf(document: ReportDocument, written: datetime, fonts: Path | None = None) -> bytes:
    """The file. The same document, written at the same instant, is the same file; `fonts` is a
    folder with more of them. PdfUnavailableError where Typst is not installed or cannot set it.
    """
    try:
        import typst  # noqa: PLC0415  84 MB that only PDFs need
    except ImportError as missing:
        message = "PDF needs the package typst: install it with `pip install typst`"
        raise PdfUnavailableError(message) from missing
    try:
        made = typst.compile(
            TEMPLATE,
            format="pdf",
            font_paths=folders(fonts),
            sys_inputs=inputs_of(document),
            timestamp=written,
        )
    except (RuntimeError, typst.TypstError) as wrong:
        message = f"the document could not be set: {wrong}"
        raise PdfUnavailableError(message) from wrong
    assert isinstance(made, bytes)  # noqa: S101  for the type checker: one file is asked for
    return made


def inputs_of(document: ReportDocument) -> dict[str, str]:
    """What the template reads."""
    told = {
        "fonts": FAMILIES,
        "language": document.language,
        "title": document.title,
        "subtitle": document.subtitle,
        "facts": document.facts,
        "blocks": [_block(block) for block in document.blocks],
        "footer": document.footer,
    }
    return {"document": msgspec.json.encode(told).decode()}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case HeadingBlock(text=text):
            return {"kind": "heading", "text": text}
        case ParagraphBlock(texts=texts):
            return {"kind": "paragraph", "texts": texts}
        case TilesBlock(tiles=tiles):
            return {"kind": "tiles", "tiles": tiles}
        case ChartBlock():
            told = {"title": block.title, "description": block.description, "svg": block.svg}
            return {"kind": "chart", **told}
        case TableBlock(columns=columns, rows=rows):
            return {"kind": "table", "columns": columns, "rows": [_row(row) for row in rows]}


def _row(row: Sequence[Text] | Section) -> dict[str, Any]:
    return {"section": row.text} if isinstance(row, Section) else {"cells": row}

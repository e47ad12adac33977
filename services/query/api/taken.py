"""Answers that are files: CSV, streamed page by page, and xlsx, which is written page by page and
sent once it is whole.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, Literal, cast

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from floorpulse.access.parameters import Parameters
from floorpulse.figures.rows import csv_cells
from floorpulse.figures.turns import Turns
from floorpulse.query.api.sheets import Layout, Lines, Sheet, lines_of, local_text
from floorpulse.runtime.accept import CSV, JSON, XLSX, accepted
from floorpulse.runtime.csv_rows import MEDIA_TYPE, csv_text, file_headers
from floorpulse.runtime.problems import Problem
from floorpulse.runtime.xlsx_rows import WorkbookFile

WRITTEN = 50
"""Rows written as CSV in one turn of the loop"""
WORKED = 10
"""Rows written into a workbook in one turn: a row of them takes ten times as long"""
SENT = 256 * 1024
"""Bytes of a workbook sent at once"""
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a workbook beyond which it is kept in a temporary file"""
MEDIA = {"json": JSON, "csv": CSV, "xlsx": XLSX}


class Taken(Parameters):
    """An answer that may be taken along as a file."""

    format: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Field(
            description="what `Accept` says where nothing is said; csv and xlsx hold all pages",
            examples=["csv"],
        ),
    ] = None

    def kind(self, request: Request) -> str:
        """The media type of the answer; problem 406."""
        if self.format is not None:
            return MEDIA[self.format]
        return accepted(request, JSON, CSV, XLSX)

    @property
    def arranged(self) -> Layout:
        """How the rows of a file lie."""
        return Layout.LONG


class TakenFigures(Taken):
    """Figures that may be taken along as a file, a line a figure or a line an interval."""

    layout: Annotated[
        Layout,
        Field(
            description="of csv and xlsx: `long`, a line a figure; `wide`, a line an interval, a "
            "column a KPI, local times"
        ),
    ] = Layout.LONG

    def kind(self, request: Request) -> str:
        """The media type of the answer; problems 406 and 422."""
        kind = super().kind(request)
        if kind == JSON and self.layout is Layout.WIDE:
            detail = "layout=wide is for files: ask for format=csv or format=xlsx, too"
            raise Problem(422, "Invalid layout", detail)
        return kind

    @property
    def arranged(self) -> Layout:
        """How the figures of a file lie."""
        return self.layout


async def file_answer(
    first: Sequence[Any],
    pages: AsyncIterator[Sequence[Any]],
    sheet: Sheet,
    how: tuple[str, Layout],
    turns: Turns,
) -> Response:
    """All rows as a file of a kind and layout; `first` was read before, so that a refusal is still
    an error.
    """
    kind, layout = how
    portions = _portions(first, pages, turns, WORKED if kind == XLSX else WRITTEN)
    if kind == XLSX:
        return await _workbook(portions, sheet, layout)
    texts = (
        _wide(portions, lines_of(sheet, layout))
        if layout is Layout.WIDE
        else _long(portions, sheet)
    )
    return StreamingResponse(
        texts, media_type=MEDIA_TYPE, headers=file_headers(f"{sheet.name}.csv")
    )


async def _portions(
    first: Sequence[Any], pages: AsyncIterator[Sequence[Any]], turns: Turns, size: int
) -> AsyncIterator[Sequence[Any]]:
    async for portion in turns.over(first, size):
        yield portion
    async for rows in pages:
        async for portion in turns.over(rows, size):
            yield portion


async def _long(portions: AsyncIterator[Sequence[Any]], sheet: Sheet) -> AsyncIterator[str]:
    """The rows as JSON has them, instants with their offset."""
    yield csv_text([sheet.columns])
    async for portion in portions:
        yield csv_text(csv_cells(row, sheet.columns) for row in portion)


async def _wide(portions: AsyncIterator[Sequence[Any]], lines: Lines) -> AsyncIterator[str]:
    yield csv_text([lines.head])
    async for portion in portions:
        yield csv_text(list(map(local_text, line)) for line in lines.of(portion))
    yield csv_text(list(map(local_text, line)) for line in lines.rest())


async def _workbook(
    portions: AsyncIterator[Sequence[Any]], sheet: Sheet, layout: Layout
) -> Response:
    """A workbook can be sent only when it is whole: its directory stands at its end."""
    lines = lines_of(sheet, layout)
    kept = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  it is sent after this
    try:
        book = WorkbookFile(kept, sheet.name, lines.head)
        async for portion in portions:
            book.write(lines.of(portion))
        book.write(lines.rest())
        await asyncio.to_thread(book.close)
    except BaseException:
        kept.close()
        raise
    size = kept.tell()
    headers = {**file_headers(f"{sheet.name}.xlsx"), "Content-Length": str(size)}
    return StreamingResponse(_sent(kept), media_type=XLSX, headers=headers)


async def _sent(kept: BinaryIO) -> AsyncIterator[bytes]:
    with kept:
        kept.seek(0)
        while piece := kept.read(SENT):
            yield piece

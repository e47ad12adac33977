"""A document as one HTML file: no script, nothing fetched, under a policy that allows only its own
style; it prints on A4.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from floorpulse.reports.domain.report_blocks import (
    Block,
    ChartBlock,
    HeadingBlock,
    ParagraphBlock,
    ReportDocument,
    Section,
    TableBlock,
    Text,
    Tile,
    TilesBlock,
    Tone,
)

TAGS = {"en": "en", "zh": "zh-CN"}
SIGNS = {Tone.PLAIN: "", Tone.GOOD: "good", Tone.BAD: "bad", Tone.SOFT: "soft"}


def style() -> str:
    """The style sheet of all documents."""
    return (files("floorpulse.reports.documents") / "report.css").read_text(encoding="utf-8")


def policy(css: str) -> str:
    """The Content-Security-Policy of a document with this style: it alone, and nothing from
    elsewhere.
    """
    digest = b64encode(sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def page(document: ReportDocument) -> bytes:
    """The file."""
    return "".join(_page(document, style())).encode()


def _page(document: ReportDocument, css: str) -> Iterator[str]:
    title = escape(f"{document.title} · {document.subtitle}")
    yield f'<!doctype html>\n<html lang="{TAGS[document.language]}">\n<head>\n'
    yield '<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(css))}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>{css}</style>\n</head>\n<body>\n<header>\n"
    yield f"<h1>{escape(document.title)}</h1>\n<p>{escape(document.subtitle)}</p>\n<dl>\n"
    for label, told in document.facts:
        yield f"<div><dt>{escape(label)}</dt><dd>{escape(told)}</dd></div>\n"
    yield "</dl>\n</header>\n<main>\n"
    for block in document.blocks:
        yield from _block(block)
    yield f"</main>\n<footer>{escape(document.footer)}</footer>\n</body>\n</html>\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case HeadingBlock(text=text):
            yield f"<h2>{escape(text)}</h2>\n"
        case ParagraphBlock(texts=texts):
            yield f"<p>{' '.join(map(_text, texts))}</p>\n"
        case TilesBlock(tiles=tiles):
            yield from _tiles(tiles)
        case ChartBlock(title=title, svg=drawing):
            yield f"<figure>{drawing}<figcaption>{escape(title)}</figcaption></figure>\n"
        case TableBlock():
            yield from _table(block)


def _tiles(tiles: Sequence[Tile]) -> Iterator[str]:
    yield '<div class="tiles">\n'
    for tile in tiles:
        yield f'<div class="tile"><span>{escape(tile.label)}</span>'
        yield f"<strong>{_text(tile.value)}</strong><small>{_text(tile.note)}</small></div>\n"
    yield "</div>\n"


def _table(table: TableBlock) -> Iterator[str]:
    yield f'<div class="table"><table>\n<caption>{escape(table.caption)}</caption>\n<thead><tr>'
    for column in table.columns:
        yield f'<th scope="col"{_aligned(right=column.right)}>{escape(column.title)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        yield from _row(table, row)
    yield "</tbody>\n</table></div>\n"


def _row(table: TableBlock, row: Sequence[Text] | Section) -> Iterator[str]:
    if isinstance(row, Section):
        width = len(table.columns)
        yield f'<tr><th class="section" scope="rowgroup" colspan="{width}">{_text(row.text)}</th>'
    else:
        yield f'<tr><th scope="row">{_text(row[0])}</th>'
        for column, text in zip(table.columns[1:], row[1:], strict=True):
            yield f"<td{_aligned(right=column.right)}>{_text(text)}</td>"
    yield "</tr>\n"


def _aligned(*, right: bool) -> str:
    return ' class="right"' if right else ""


def _text(text: Text) -> str:
    told = escape(text.text)
    if text.href:
        told = f'<a href="{escape(text.href)}">{told}</a>'
    sign = SIGNS[text.tone]
    return f'<span class="{sign}">{told}</span>' if sign else told

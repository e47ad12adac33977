"""Published documents: paragraphs in one line each, as renderers want them; integers told wide."""

import inspect
import re
from typing import Any

LINE_ENDS = re.compile(r"(?<=\S)\n(?=[^\s*|#>\-])")
"""Line ends inside a paragraph; lists, tables and indented lines keep theirs"""
WIDE = "int64"
NARROW = 2**31 - 1


def unfolded(node: Any) -> Any:
    """The document with each text under a key `description` or `summary` free of docstring layout.

    Struct docstrings come into JSON Schema with the line ends and indentation of their source.
    """
    if isinstance(node, dict):
        return {
            key: _text(value) if _told(key, value) else unfolded(value)
            for key, value in node.items()
        }
    return [unfolded(one) for one in node] if isinstance(node, list) else node


def widened(node: Any) -> Any:
    """The document with the format `int64` on every integer that may be beyond 32 bits.

    Instants in milliseconds, offsets and revisions are; generators of clients take an integer that
    says nothing for one of 32 bits.
    """
    if isinstance(node, list):
        return [widened(one) for one in node]
    if not isinstance(node, dict):
        return node
    told = {key: widened(value) for key, value in node.items()}
    if node.get("type") == "integer" and "enum" not in node and _beyond(node.get("maximum")):
        told.setdefault("format", WIDE)
    return told


def _beyond(maximum: float | None) -> bool:
    return maximum is None or maximum > NARROW


def _told(key: str, value: object) -> bool:
    return key in {"description", "summary"} and isinstance(value, str)


def _text(text: str) -> str:
    return LINE_ENDS.sub(" ", inspect.cleandoc(text))

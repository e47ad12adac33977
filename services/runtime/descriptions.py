"""Descriptions in published documents: paragraphs in one line each, as renderers want them."""

import inspect
import re
from typing import Any

LINE_ENDS = re.compile(r"(?<=\S)\n(?=[^\s*|#>\-])")
"""Line ends inside a paragraph; lists, tables and indented lines keep theirs"""


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


def _told(key: str, value: object) -> bool:
    return key in {"description", "summary"} and isinstance(value, str)


def _text(text: str) -> str:
    return LINE_ENDS.sub(" ", inspect.cleandoc(text))

"""Templates of tasks: which words in braces stand for what is told, and where they stand."""

import re
from collections.abc import Iterator

TOLD = frozenset(
    {
        "title",
        "text",
        "incident",
        "severity",
        "rule",
        "where",
        "value",
        "threshold",
        "since",
        "tenant",
        "link",
        "key",
        "uuid",
    }
)
"""What a template may name"""
TOKEN = "token"  # noqa: S105  the word that stands for one, in headers
PLACE = re.compile(r"\{([a-z_]+)\}")


def texts(template: object, path: str) -> Iterator[tuple[str, str]]:
    """The texts of a template and where each stands: `body.fields.summary`, `body.rows[0]`."""
    if isinstance(template, str):
        yield path, template
    elif isinstance(template, dict):
        for name, inner in template.items():
            yield from texts(inner, f"{path}.{name}")
    elif isinstance(template, list):
        for number, inner in enumerate(template):
            yield from texts(inner, f"{path}[{number}]")


def words(text: str) -> list[str]:
    """The words in braces that a text names."""
    return PLACE.findall(text)

"""What a definition is called in a language: its name there, else in a variant of that language,
else the first name that it has. A thing without a definition is called by its id.
"""

from collections.abc import Mapping


def name_in(language: str, names: Mapping[str, str], own_id: str) -> str:
    """The name for readers of a language (`en`, `zh`); every answer and page takes it from here."""
    variants = (tag for tag in names if tag.partition("-")[0] == language)
    tag = language if language in names else next(variants, next(iter(names), None))
    return own_id if tag is None else names[tag]

"""Words of the dashboards in both languages."""

from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """A language that dashboards are written in."""

    EN = "en"
    ZH = "zh"


class Text(NamedTuple):
    """The same words in both."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """The words in one language."""
        return self.en if language is Language.EN else self.zh


def same(words: str) -> Text:
    """Words that no language changes: labels, identifiers, names of formulas."""
    return Text(words, words)

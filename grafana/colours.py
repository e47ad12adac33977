"""Words and colours of values."""

from collections.abc import Iterable

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.dashboard import (
    DashboardRangeMapOptions,
    DashboardSpecialValueMapOptions,
    RangeMap,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMapping,
    ValueMappingResult,
)

from grafana.panels import Word
from grafana.texts import Language

UNDEFINED = SpecialValueMap(
    DashboardSpecialValueMapOptions(SpecialValueMatch.NULL_AND_NAN, ValueMappingResult(text="–"))
)
Steps = Iterable[tuple[float | None, str]]
PLAIN: Steps = ((None, "blue"),)


def mappings(words: Iterable[Word], language: Language) -> list[ValueMapping]:
    """Values that are shown as words; an undefined one is –, never 0."""
    return [UNDEFINED, *(_word(word, language) for word in words)]


def _word(word: Word, language: Language) -> RangeMap:
    shown = ValueMappingResult(text=word.text.said(language), color=word.colour)
    return RangeMap(DashboardRangeMapOptions(word.low, word.high, shown))


def thresholds(steps: Steps) -> ThresholdsConfig:
    """From which value on which colour."""
    return (
        ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value, colour) for value, colour in steps])
    )

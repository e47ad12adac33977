"""What is right in a contract and yet worth a word: values between two tiers that cost nothing,
worse values that cost less.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from floorpulse.definitions.domain.contract_terms import ContractBody, MetricBody, TierBody
from floorpulse.definitions.domain.contract_tiers import range_of_tier
from floorpulse.definitions.domain.contract_words import Judged
from floorpulse.definitions.domain.floor import Floor
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import entries_of
from floorpulse.definitions.domain.terms import Comparison

_KINDS = ("percent", "amount", "amount_per_point", "percent_per_point")


def contract_notes(floor: Floor) -> Iterator[DefinitionMistake]:
    """What is worth a word about contracts with which nothing is wrong."""
    for entry, body in entries_of(floor, ContractBody):
        for place, metric in enumerate(body.metrics):
            path = f"metrics[{place}].penalties"
            yield from _of_tiers(entry, path, metric, metric.penalties)
        for place, phase in enumerate(body.phases):
            for metric in body.metrics:
                terms = phase.metrics.get(metric.id)
                if terms is not None and terms.penalties is not None:
                    path = f"phases[{place}].metrics.{metric.id}.penalties"
                    yield from _of_tiers(entry, path, metric, terms.penalties)


def _of_tiers(
    entry: Entry, path: str, metric: MetricBody, tiers: Sequence[TierBody]
) -> Iterator[DefinitionMistake]:
    """Neighbours among tiers, from the mildest to the worst."""
    placed = [(f"{path}[{place}]", tier) for place, tier in enumerate(tiers)]
    lower_is_worse = metric.judged is Judged.SHARE or metric.comparison is Comparison.AT_LEAST
    placed.sort(key=lambda one: range_of_tier(one[1]).low, reverse=lower_is_worse)
    for (mild_path, mild), (path_of_worse, worse) in pairwise(placed):
        if _has_gap(mild, worse):
            problem = f"values between this tier and {mild_path} cost nothing"
            yield entry.mistake(path_of_worse, problem, "let the two meet, if that is not meant")
        if _costs_less(worse, mild):
            problem = f"costs less than {mild_path}, though its values are worse"
            yield entry.mistake(path_of_worse, problem, "compare the two with what was agreed")


def _has_gap(one: TierBody, other: TierBody) -> bool:
    first, second = sorted((range_of_tier(one), range_of_tier(other)), key=lambda tier: tier.low)
    return first.high < second.low


def _costs_less(worse: TierBody, mild: TierBody) -> bool:
    """Whether both cost the same kind, and the worse one less of it."""
    return any(
        Decimal(getattr(worse, kind)) < Decimal(getattr(mild, kind))
        for kind in _KINDS
        if getattr(worse, kind) is not None and getattr(mild, kind) is not None
    )

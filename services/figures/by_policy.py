"""What a row is made of: its queues and channels, those with the same policies together.

A total over queues with different policies sums each queue's hits and totals, each under its own;
it never averages ratios:

    orders  V5, 20 s    80 of 100 ─┐
    vip     V3, 10 s     9 of  10 ─┴─► 89 of 110
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.board.domain.series import Home, Scope
from services.figures.selection import By, Selection, Subject
from services.figures.terms import Terms
from services.kpis.catalogue import Kpi, Mixed, SpanKpi
from services.kpis.figures import SpanFigures, Value, count, share
from services.kpis.policies import Policy, ServiceLevelPolicy

JOINED = 3
"""So many names of definitions stand in a row, joined by `+`; more are `mixed`."""
MIXED = "mixed"


@dataclass(frozen=True)
class Share:
    """Scopes with the same policies."""

    policy: ServiceLevelPolicy
    scopes: Sequence[Scope]


class Parted(NamedTuple):
    """Figures of scopes with the same policies."""

    policy: ServiceLevelPolicy
    figures: SpanFigures


def subject_of(selection: Selection, terms: Terms, queue: str, channel: str) -> Subject:
    """The row that a queue and channel belong to."""
    if selection.by is By.TEAM:
        return Subject(team=terms.in_force.team(queue))
    if selection.by is By.SITE:
        return Subject(site=terms.in_force.site(queue))
    return selection.subject(queue, channel)


def gathered(
    selection: Selection, terms: Terms, homes: Iterable[Home]
) -> dict[Subject, list[Home]]:
    """The selected homes by the row they belong to."""
    found: dict[Subject, list[Home]] = {}
    gather(found, selection, terms, homes)
    return found


def gather(
    found: dict[Subject, list[Home]], selection: Selection, terms: Terms, homes: Iterable[Home]
) -> None:
    """Add some of the homes to those that were found before."""
    for home in homes:
        if selection.includes(home[1], home[2]):
            found.setdefault(subject_of(selection, terms, home[1], home[2]), []).append(home)


def by_policy(terms: Terms, homes: Iterable[Home]) -> list[tuple[ServiceLevelPolicy, list[Home]]]:
    """Homes with the same policies together."""
    found: dict[int, tuple[ServiceLevelPolicy, list[Home]]] = {}
    for home in homes:
        policy = terms.policy(home[1], home[2])
        found.setdefault(id(policy), (policy, []))[1].append(home)
    return list(found.values())


def shares(
    selection: Selection, subject: Subject, terms: Terms, homes: Sequence[Home]
) -> list[Share]:
    """A row's scopes by policy; one share where all have the same."""
    parted = by_policy(terms, homes)
    if len(parted) > 1:
        return [Share(policy, theirs) for policy, theirs in parted]
    policy = parted[0][0] if parted else terms.policy(subject.queue, subject.channel)
    return [Share(policy, whole(selection, subject, homes))]


def subjects_of(homes: Sequence[Home]) -> list[Subject]:
    """The finest subjects: each queue and channel by itself."""
    return [Subject(queue, channel) for _, queue, channel in homes]


def whole(selection: Selection, subject: Subject, homes: Sequence[Home]) -> Sequence[Scope]:
    """The scopes that add up to a row."""
    return list(homes) if selection.by.grouped else selection.scopes(subject)


def queues_of(
    selection: Selection, subject: Subject, homes: Sequence[Home]
) -> Collection[str] | None:
    """The queues of a row, for those who serve any of them; None: whoever there is."""
    return (
        {queue for _, queue, _ in homes} if selection.by.grouped else selection.queues_of(subject)
    )


def value_of(kpi: SpanKpi, figures: SpanFigures, parts: Sequence[Parted]) -> Value:
    """A KPI of a row: of all its figures, or, where the KPI depends on policies that differ, the
    sum of each part's.
    """
    if len(parts) == 1 or kpi.judged_by is None:
        return kpi.measure(figures, parts[0].policy)
    if kpi.mixed is Mixed.GIVEN:
        parted = tuple((part.policy, part.figures) for part in parts)
        return kpi.measure(
            figures._replace(plan=replace(figures.plan, parts=parted)), parts[0].policy
        )
    return summed([kpi.measure(part.figures, part.policy) for part in parts])


def summed(values: Sequence[Value]) -> Value:
    """Counts added, or shares and quotients added part by part; counts of which one does not exist
    have no sum.
    """
    part = sum(value.numerator or 0 for value in values)
    whole = sum(value.denominator or 0 for value in values)
    if all(value.denominator is None for value in values):
        return (
            Value(None, None, None)
            if any(value.numerator is None for value in values)
            else count(part)
        )
    if any(value.low is not None for value in values):
        return share(int(part), int(whole))
    return Value(part / whole if whole else None, part, whole)


def definition_of(kpi: Kpi, policies: Sequence[ServiceLevelPolicy]) -> str:
    """The names of the definitions that a figure was computed with."""
    name = (kpi.judged_by or Policy.SERVICE_LEVEL).name_in
    if len(policies) == 1:
        return name(policies[0])
    known = sorted({name(policy) for policy in policies})
    return "+".join(known) if len(known) <= JOINED else MIXED

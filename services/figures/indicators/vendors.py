"""Vendors side by side: who answers for one client's queues, all under one definition, and what
each was given to answer.

client orchard   queue orders ── team east ── site hangzhou ── vendor alpha   voice 80 %, chat 20 %
                 queue chats  ── team west ── site chengdu  ── vendor beta    voice 10 %, chat 90 %

`like_for_like` is each one's figure had it been given the client's own mix of channels: the mean of
its figures by channel, weighed by the client's contacts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.intervals import Interval
from floorpulse.figures.policies_in_force import DefinitionChoice
from floorpulse.figures.rows import HistoryRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.kpis.catalogue import CATALOGUE, SpanKpi
from floorpulse.kpis.policies import DEFAULT_POLICY

OFFERED = CATALOGUE["offered"]
MOST_ROWS = 10_000


class ByVendor(StrEnum):
    """What is put side by side."""

    VENDOR = "vendor"
    SITE = "site"
    TEAM = "team"


@dataclass(frozen=True)
class VendorQuery:
    """Which client's vendors, over which span of whole panes."""

    tenant: str
    client: str
    by: ByVendor
    span: Span
    zone: ZoneInfo
    kpis: tuple[SpanKpi, ...]
    basis: DefinitionChoice


@dataclass(frozen=True)
class VendorFigure:
    """A KPI of a vendor, site or team: the row of history over its queues; how much it was given;
    and the same figure with the client's mix of channels (None where it took none of some channel,
    or the KPI is a count).
    """

    name: str
    queues: tuple[str, ...]
    row: HistoryRow
    offered: float
    share: float | None
    mix: Mapping[str, float]
    like_for_like: float | None
    one_definition: bool


class Vendors:
    """Answers from history."""

    def __init__(self, floors: Floors, past: PastFigures) -> None:
        self._floors = floors
        self._past = past

    async def rows(self, query: VendorQuery) -> list[VendorFigure]:
        """The rows, in the order of vendors and question; queues of nobody stand under the empty
        name.
        """
        in_force = self._floors.view(query.tenant).known.at(query.span.begin)
        one = replace(query, basis=_one_definition(query.basis, in_force))
        groups = _groups(one, in_force)
        everybody = tuple(sorted(queue for queues in groups.values() for queue in queues))
        whole = await self._volumes(one, everybody)
        found = [await self._of(one, name, groups[name], whole) for name in sorted(groups)]
        told = [figure for some in found for figure in some]
        return [_judged(figure, told) for figure in told]

    async def _of(
        self,
        query: VendorQuery,
        name: str,
        queues: tuple[str, ...],
        whole: Mapping[str, float],
    ) -> list[VendorFigure]:
        mine = await self._volumes(query, queues)
        rows = await self._read(query, queues, By.TOTAL, query.kpis)
        by_channel = await self._read(query, queues, By.CHANNEL, query.kpis)
        offered = sum(mine.values())
        all_offered = sum(whole.values())
        return [
            VendorFigure(
                name,
                queues,
                row,
                offered,
                offered / all_offered if all_offered else None,
                {channel: one / offered for channel, one in mine.items() if one},
                _like_for_like(row, by_channel, whole),
                one_definition=True,
            )
            for row in rows
        ]

    async def _volumes(self, query: VendorQuery, queues: tuple[str, ...]) -> dict[str, float]:
        """Contacts offered by channel."""
        rows = await self._read(query, queues, By.CHANNEL, (OFFERED,))
        return {row.channel or "": row.value or 0.0 for row in rows}

    async def _read(
        self, query: VendorQuery, queues: tuple[str, ...], by: By, kpis: Sequence[object]
    ) -> list[HistoryRow]:
        wanted = tuple(kpi for kpi in kpis if isinstance(kpi, SpanKpi))
        selection = Selection(query.tenant, queues, (), by)
        asked = HistoryQuery(
            selection, query.span, Interval.ALL, query.zone, Question(wanted, query.basis)
        )
        rows, _ = await self._past.page(asked, None, MOST_ROWS)
        return rows


def _one_definition(basis: DefinitionChoice, in_force: InForce) -> DefinitionChoice:
    """The same service-level policy for all: the one that is asked for, else the tenant's."""
    if basis.named is not None:
        return basis
    usual = in_force.tenant.service_level if in_force.tenant is not None else None
    return replace(basis, named=usual or DEFAULT_POLICY.name)


def _groups(query: VendorQuery, in_force: InForce) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for queue in sorted(in_force.queues):
        if in_force.group(Grouping.CLIENT, queue) == query.client:
            found.setdefault(_name(query.by, in_force, queue), []).append(queue)
    return {name: tuple(queues) for name, queues in found.items()}


def _name(by: ByVendor, in_force: InForce, queue: str) -> str:
    if by is ByVendor.TEAM:
        return in_force.group(Grouping.TEAM, queue)
    site = in_force.group(Grouping.SITE, queue)
    if by is ByVendor.SITE:
        return site
    body = in_force.site(site)
    return (body and body.vendor) or ""


def _like_for_like(
    row: HistoryRow, by_channel: Sequence[HistoryRow], whole: Mapping[str, float]
) -> float | None:
    values = {one.channel or "": one.value for one in by_channel if one.kpi == row.kpi}
    wanted = {channel: volume for channel, volume in whole.items() if volume}
    if row.denominator is None or not wanted:
        return None
    told = [(values.get(channel), volume) for channel, volume in wanted.items()]
    known = list(_known(told))
    if len(known) < len(told):
        return None
    return sum(value * volume for value, volume in known) / sum(wanted.values())


def _known(told: Sequence[tuple[float | None, float]]) -> Iterator[tuple[float, float]]:
    return ((value, volume) for value, volume in told if value is not None)


def _judged(figure: VendorFigure, told: Sequence[VendorFigure]) -> VendorFigure:
    """Whether all were judged by the same: satisfaction and quality have policies of their own."""
    names = {one.row.definition for one in told if one.row.kpi == figure.row.kpi}
    return replace(figure, one_definition=len(names) == 1)

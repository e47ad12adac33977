"""Running periods of contracts, as they stand now: kept for some seconds, reckoned in a thread."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from floorpulse.counting.days import local_day
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contracts import Contract, ContractTerms
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.reports.domain.periods import Period, parts_of, period_of
from floorpulse.reports.domain.settle import settle
from floorpulse.reports.domain.standing import ContractStanding, metric_standings, money_of
from floorpulse.reports.live.billing import is_approximate
from floorpulse.reports.live.evidence import Gathered, LiveEvidence

FRESH = 10_000
"""Milliseconds for which an answer is good"""


@dataclass(frozen=True)
class _Kept:
    """A standing, the definitions it holds under, when it was asked for."""

    known: TenantDefinitions
    at: int
    standing: ContractStanding


class LiveContracts:
    """Answers how contracts stand; of each there is one reckoning at a time."""

    def __init__(self, floors: Floors, evidence: LiveEvidence) -> None:
        self._floors = floors
        self._evidence = evidence
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._contracts: dict[str, tuple[TenantDefinitions, Sequence[Contract]]] = {}
        self._reckoning = asyncio.Lock()

    @property
    def tenants(self) -> Sequence[str]:
        """The tenants that have definitions, and so may have contracts."""
        return sorted(self._floors.definitions().tenants)

    def contracts(self, tenant: str) -> Sequence[Contract]:
        """All contracts of a tenant, by id."""
        view = self._floors.view(tenant)
        held = self._contracts.get(tenant)
        if held is None or held[0] is not view.known:
            held = view.known, contracts_of(view.known.versions, view.zone)
            self._contracts[tenant] = held
        return held[1]

    async def running(self, tenant: str) -> list[ContractStanding]:
        """How the contracts that are in force stand, by id. Raises StoreUnavailable."""
        found = [await self.standing(tenant, one) for one in self.contracts(tenant)]
        return [one for one in found if one is not None]

    async def standing(self, tenant: str, contract: Contract) -> ContractStanding | None:
        """How a contract stands; None where it is not in force now. Raises StoreUnavailable."""
        async with self._reckoning:
            view = self._floors.view(tenant)
            terms = contract.at(view.now)
            if terms is None:
                return None
            kept = self._kept.get((tenant, contract.id))
            if kept is None or kept.known is not view.known or view.now - kept.at >= FRESH:
                found = await self._reckoned(view, contract, terms)
                kept = self._kept[tenant, contract.id] = _Kept(view.known, view.now, found)
            return kept.standing

    async def _reckoned(
        self, view: TenantView, contract: Contract, terms: ContractTerms
    ) -> ContractStanding:
        period = period_of(terms.period, local_day(view.now, terms.zone), terms.zone)
        gathered = await self._evidence.gathered(view, contract, period)
        return await asyncio.to_thread(_standing, view, contract, period, gathered)


def _standing(
    view: TenantView, contract: Contract, period: Period, gathered: Gathered
) -> ContractStanding:
    now = view.now
    evidence = gathered.evidence()
    terms = contract.at(now)
    assert terms is not None  # noqa: S101  for the type checker: the caller looked
    so_far = settle(contract, period, evidence.closed_now)
    expected = settle(contract, period, evidence.forecast)
    phases = [one.phase.id for one in parts_of(contract, period) if one.begin <= now < one.end]
    lines = [line for part in so_far.parts for line in part.billing]
    return ContractStanding(
        terms=terms,
        phase=phases[0] if phases else "",
        period=period,
        as_of=view.as_of,
        metrics=metric_standings(contract, so_far, expected, now),
        closed_now=money_of(contract, so_far, now),
        forecast=money_of(contract, expected, now),
        contacts=sum(line.contacts for line in lines),
        approximate=tuple(one.id for one in terms.billing if is_approximate(one)),
    )

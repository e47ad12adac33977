"""What people do: with incidents, silences, and who is on call. Any process may, acting or not."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from floorpulse.alerts.domain.acknowledging import Action, Refused, act
from floorpulse.alerts.domain.decisions import Decision, EventDetails, changed, entry
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.rotas import Span
from floorpulse.alerts.domain.silences import Silence, checked
from floorpulse.alerts.incidents.audited import acted, silence_added, silence_ended
from floorpulse.alerts.incidents.ports import Change, IncidentStore, Transaction
from floorpulse.alerts.incidents.surroundings import Surroundings


class UnknownIncident(Exception):  # noqa: N818  it says what is missing
    """A tenant has no incident of that id."""


@dataclass(frozen=True)
class Desk:
    """Every method is one transaction, and raises StoreUnavailable; `new_id` makes ids of silences
    and overrides.
    """

    store: IncidentStore
    surroundings: Surroundings
    new_id: Callable[[], str]

    async def act(
        self, tenant: str, incident: str, action: Action, actor: str
    ) -> Incident | Refused:
        """Do it, or say why it cannot be done. Raises UnknownIncident."""
        async with self.store.transaction() as work:
            found = await work.incident(tenant, incident)
            if found is None:
                raise UnknownIncident(incident)
            known = await work.known([found])
            around = self.surroundings.of(found, known[found.id], work.now)
            decision = act(found, action, actor, around, work.now)
            if isinstance(decision, Refused):
                return decision
            await work.store([Change(found, decision)])
            await work.audit([acted(found, action, actor, work.now)])
            return replace(decision.incident, revision=found.revision + 1)

    async def silence(self, wanted: Silence) -> Silence:
        """A new silence; open incidents that it matches now are silenced with it.

        ValueError where it cannot be kept.
        """
        silence = replace(checked(wanted), id=self.new_id())
        async with self.store.transaction() as work:
            if silence.ends_at <= work.now:
                message = "the silence ends in the past; give an end that is to come"
                raise ValueError(message)
            await work.add_silence(silence)
            await self._look_again(work, silence.tenant)
            await work.audit([silence_added(silence, work.now)])
        return silence

    async def end_silence(self, tenant: str, id: str, actor: str) -> bool:  # noqa: A002
        """End a silence now; what only it silenced is told. False where there is none to end."""
        async with self.store.transaction() as work:
            ended = await work.end_silence(tenant, id)
            await self._look_again(work, tenant)
            if ended:
                await work.audit([silence_ended(tenant, id, actor, work.now)])
        return ended

    async def _look_again(self, work: Transaction, tenant: str) -> None:
        """Incidents that wait on their ladder are silenced, or wake, as silences say now."""
        waiting = [one for one in await work.open_of(tenant) if _waits(one)]
        known = await work.known(waiting)
        changes = []
        for one in waiting:
            until = self.surroundings.of(one, known[one.id], work.now).silenced_until
            decision = _resilenced(one, until, work.now)
            if decision is not None:
                changes.append(Change(one, decision))
        await work.store(changes)

    async def override(self, tenant: str, rota: str, span: Span, author: str) -> str:
        """Somebody else is on call for a span; its id. ValueError where it ends before it begins,
        or names nobody who can be reached.
        """
        if span.begin >= span.end:
            message = "the override ends before it begins; give an end after its begin"
            raise ValueError(message)
        name = self.new_id()
        async with self.store.transaction() as work:
            on_call = self.surroundings.on_call(tenant, work.now, {})
            if on_call.rota(rota) is None:
                message = f"there is no rota {rota!r}; name one of the definitions"
                raise ValueError(message)
            if not on_call.ways(span.member):
                message = f"no receiver {span.member!r} can be reached; name one of the definitions"
                raise ValueError(message)
            await work.add_override(tenant, rota, span, (name, author))
        return name

    async def end_override(self, tenant: str, id: str) -> bool:  # noqa: A002
        """End an override now; False where there is none to end."""
        async with self.store.transaction() as work:
            return await work.end_override(tenant, id)


def _waits(incident: Incident) -> bool:
    return incident.state is IncidentState.FIRING and incident.next_at is not None


def _resilenced(incident: Incident, until: int | None, now: int) -> Decision | None:
    """What silences that changed make of an incident on its ladder; None: nothing."""
    if until is not None and not incident.silenced:
        quiet = changed(incident, silenced=True, next_at=until)
        details = EventDetails(until=until)
        return Decision(quiet, (entry(quiet, Reason.SILENCED, now, details=details),))
    if incident.silenced:
        return Decision(changed(incident, next_at=now if until is None else until))
    return None

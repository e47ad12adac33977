"""The rotas of a tenant: who is on call now and next, the shifts of the next days, the gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from floorpulse.alerts.domain.on_call_now import Arranged, OnCallNow
from floorpulse.alerts.domain.rotas import GAPS, Shift, Span, now_and_next
from floorpulse.alerts.reading.ports import ArrangedNow
from floorpulse.definitions.domain.on_call import RotaBody
from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.figures.tenant_view import TenantView

DAY = 86_400_000
HORIZON = 14 * DAY
"""How far shifts and gaps are worked out"""


@dataclass(frozen=True)
class RotaNow:
    """A rota at an instant; `following` is the next shift with somebody, within the horizon."""

    body: RotaBody
    now: Shift
    following: Shift | None
    shifts: Sequence[Shift]

    @property
    def gaps(self) -> list[Shift]:
        """The shifts in which nobody is on call though somebody should be."""
        return [one for one in self.shifts if one.cause in GAPS]


def rotas_now(
    view: TenantView,
    arranged: ArrangedNow,
    feeds: Mapping[str, Sequence[Span]],
    horizon: int = HORIZON,
) -> list[RotaNow]:
    """All rotas in force now, by id."""
    in_force = view.known.at(view.now)
    overrides: dict[str, list[Span]] = {}
    for one in arranged.overrides:
        overrides.setdefault(one.rota, []).append(one.span)
    on_call = OnCallNow(in_force, view.zone, view.now, Arranged(overrides, feeds))
    found = []
    for name, version in sorted(OnCallInForce(in_force).rotas.items()):
        rota = on_call.rota(name)
        if rota is not None:
            shifts = list(rota.shifts(view.now, view.now + horizon))
            found.append(RotaNow(version.body, *now_and_next(rota, view.now, horizon), shifts))
    return found

"""The standing audit: panes against the visits they were counted from, both as stored at one
instant.
"""

from collections.abc import Iterable

from floorpulse.contracts.cells import Cells, add
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import Contributions, contributions

OFFER_FAMILY_END = 20
"""Cells below this code belong to the pane of the offer and to nothing else."""


def differences(
    tenant: str,
    visits: Iterable[Visit],
    stored: Contributions,
    *,
    length: int,
    since: int,
    until: int,
) -> list[PaneKey]:
    """The panes of [since, until) whose offer family differs from what the tenant's `visits` that
    were offered then contribute.
    """
    counted: Contributions = {}
    for visit in visits:
        for key, cells in contributions(tenant, visit, length).items():
            if since <= key[3] < until:
                add(counted.setdefault(key, {}), _offer_family(cells))
    keys = counted.keys() | stored.keys()
    return sorted(key for key in keys if counted.get(key, {}) != _offer_family(stored.get(key, {})))


def _offer_family(cells: Cells) -> Cells:
    return {code: amount for code, amount in cells.items() if code < OFFER_FAMILY_END}

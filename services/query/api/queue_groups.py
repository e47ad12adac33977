"""The parameters that choose queues by what the definitions say of them: whose they are, and
whether they are known.
"""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from floorpulse.access.parameters import List, PageParameters, names_of, refuse_strangers
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.selection import NamedGroups, Selection, UnknownQueues
from floorpulse.figures.tenant_view import TenantView
from floorpulse.query.api.past_instants import At

Teams = Annotated[
    List,
    Field(description="only queues of these teams, comma-separated", examples=["orders-east"]),
]
Sites = Annotated[
    List,
    Field(
        description="only queues whose teams work at these sites, comma-separated",
        examples=["hangzhou"],
    ),
]
Clients = Annotated[
    List,
    Field(
        description="only queues that are run for these clients, comma-separated",
        examples=["acme"],
    ),
]
UnknownParameter = Annotated[
    UnknownQueues,
    Field(
        description="whether contacts of queues count that the definitions, where they name "
        "queues, do not know: `include`, `exclude`, or `only` these"
    ),
]


class QueuesParameters(PageParameters):
    """Parameters of the list of queues."""

    team: Teams = None
    site: Sites = None
    client: Clients = None
    unknown: UnknownParameter = UnknownQueues.INCLUDE
    at: At = None

    def chosen(self, view: TenantView) -> Selection:
        """The queues that are asked for; problems 422."""
        self.refuse_unknown()
        named = groups(view, self.team, self.site, self.client)
        return replace(view.select(), groups=named, unknown=self.unknown)


def groups(
    view: TenantView, team: str | None = None, site: str | None = None, client: str | None = None
) -> tuple[NamedGroups, ...]:
    """The teams, sites and clients named; problem 422 where one is not defined."""
    told = ((Grouping.TEAM, team), (Grouping.SITE, site), (Grouping.CLIENT, client))
    named = tuple(
        NamedGroups(grouping, names_of(text)) for grouping, text in told if names_of(text)
    )
    for grouping, names in named:
        refuse_strangers(grouping.value, names, view.groups(grouping))
    return named

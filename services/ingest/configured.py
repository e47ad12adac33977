"""The sources that definitions configure: as a platform's adapter wants to know them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from floorpulse.definitions.domain.bodies import SourceBody
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.source_terms import ForeignTypeBody, ScaleBody
from floorpulse.ingest.sources.source import ForeignType, SourceSettings, SurveyScale

Secrets = Callable[[str], str | None]
"""The secret of a reference; None where there is none"""


@dataclass(frozen=True)
class ConfiguredSource:
    """A source of a tenant, its platform, and where its secret is."""

    tenant: str
    vendor: str
    secret: str | None
    settings: SourceSettings


def configured(definitions: Definitions, name: str, now: int) -> Iterator[ConfiguredSource]:
    """The sources of this name, of whatever tenant, that are in force at `now` (epoch milliseconds)
    and say their platform; a retired one takes nothing.
    """
    for tenant in definitions.tenants:
        body = definitions.at(tenant, now).sources.get(name)
        if body is not None and body.vendor is not None and not body.retired:
            zone = definitions.of(tenant).zone
            settings = settings_of(body, None if zone is None else zone.key)
            yield ConfiguredSource(tenant, body.vendor, body.secret, settings)


def settings_of(body: SourceBody, zone: str | None) -> SourceSettings:
    """What a definition says, as an adapter reads it; `zone` is the tenant's own, which holds where
    the source says none.
    """
    return SourceSettings(
        name=body.id,
        queues=body.queues,
        agents=body.agents,
        activities=body.activities,
        scales={name: _scale(scale) for name, scale in body.scales.items()},
        zone=body.zone or zone or "UTC",
        after_work=body.after_work or "wrapup",
        public_url=body.public_url,
        instance=body.instance,
        types={name: _foreign(one) for name, one in body.types.items()},
    )


def _scale(scale: ScaleBody) -> SurveyScale:
    return SurveyScale(scale.kind, scale.worst, scale.best, scale.scores)


def _foreign(one: ForeignTypeBody) -> ForeignType:
    return ForeignType(one.type, one.fields, one.values, one.constants)

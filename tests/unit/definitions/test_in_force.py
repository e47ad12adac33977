"""What is among a tenant's definitions, by kind."""

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import Version
from tests.fakes.definitions import definitions

FLOOR = """
tenant: demo
clients:
  - {id: acme, names: {en: Acme}}
  - {id: acme, names: {en: Acme Ltd}, valid_from: 2026-06-01}
  - {id: bell, names: {en: Bell}}
queues:
  - {id: orders, names: {en: Orders}, channels: [voice], client: acme}
  - {id: sales, names: {en: Sales}, channels: [voice], client: bell}
"""


def test_ids_are_those_that_stand_each_once() -> None:
    known = definitions(FLOOR).of("demo")
    left = [
        Version(one.tenant, one.kind, one.id, one.number, one.body, standing=one.id != "bell")
        for one in known.versions
    ]

    assert list(known.ids[Kind.CLIENT]) == ["acme", "bell"]
    assert list(TenantDefinitions(left).ids[Kind.CLIENT]) == ["acme"]

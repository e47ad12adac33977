"""The stored records that partitions want, read on one connection: a query for each kind."""

from collections.abc import Mapping

import msgspec
from asyncpg.pool import PoolConnectionProxy

from floorpulse.contracts.agents import decode_entered
from floorpulse.contracts.cells import Cells
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.kpi_engine.fold.panes import StoredPane
from floorpulse.kpi_engine.fold.records import StoredRecords, WantedRecords
from floorpulse.kpi_engine.postgres import statements as sql
from floorpulse.kpi_engine.postgres.texts import texts

Wanted = Mapping[int, WantedRecords]
Found = Mapping[int, StoredRecords]

decode_cells = msgspec.msgpack.Decoder(Cells).decode


async def loaded(connection: PoolConnectionProxy, wanted: Wanted) -> Found:
    """The records that are stored among those wanted, by partition."""
    found = {partition: StoredRecords() for partition in wanted}
    await _visits(connection, wanted, found)
    await _panes(connection, wanted, found)
    await _agents(connection, wanted, found)
    return found


async def _visits(connection: PoolConnectionProxy, wanted: Wanted, found: Found) -> None:
    keys = [(str(partition), *key) for partition, one in wanted.items() for key in one.visits]
    if not keys:
        return
    partitions, tenants, contacts, _ = zip(*keys, strict=True)
    rows = await connection.fetch(sql.VISITS, *texts(partitions, tenants, contacts))
    for partition, tenant, contact, number, body in map(tuple, rows):
        found[partition].visits[tenant, contact, number] = decode_visit(body)


async def _panes(connection: PoolConnectionProxy, wanted: Wanted, found: Found) -> None:
    keys = [(partition, *key) for partition, one in wanted.items() for key in one.panes]
    if not keys:
        return
    rows = await connection.fetch(sql.PANES, *map(list, zip(*keys, strict=True)))
    for partition, tenant, queue, channel, start, number, cells in map(tuple, rows):
        pane = StoredPane(number, decode_cells(cells))
        found[partition].panes[tenant, queue, channel, start] = pane


async def _agents(connection: PoolConnectionProxy, wanted: Wanted, found: Found) -> None:
    keys = [
        (partition, *agent.key, agent.since)
        for partition, one in wanted.items()
        for agent in one.agents
    ]
    if not keys:
        return
    rows = await connection.fetch(sql.AGENT_STATES, *map(list, zip(*keys, strict=True)))
    for partition, tenant, agent, body in map(tuple, rows):
        states = found[partition].agents.setdefault((tenant, agent), [])
        states.append(decode_entered(body))

"""The keys of visits of whose contacts nothing else may be stored, as the columns of one question;
those of the core are columns already, and stay together.
"""

from collections.abc import Sequence

from floorpulse.kpi_engine.fold.partition import FlushRows
from floorpulse.kpi_engine.postgres.texts import texts


def lonely_columns(rows: Sequence[FlushRows]) -> list[str] | None:
    """A separator and the columns of partitions, tenants, contacts and visits, as `texts` gives
    them; None where there is no such visit.
    """
    lines = [
        (str(one.position.partition), tenant, contact, str(number))
        for one in rows
        for tenant, contact, number in one.lonely
    ]
    packed = [one for one in rows if one.lonely_packed.numbers]
    if any("\n" in tenant or "\n" in contact for _, tenant, contact, _ in lines):
        lines += [
            (str(one.position.partition), tenant, contact, str(number))
            for one in packed
            for tenant, contact, number in one.lonely_packed.visits()
        ]
        return texts(*zip(*lines, strict=True))
    lines += [(_partitions(one), *one.lonely_packed) for one in packed]
    return ["\n", *map("\n".join, zip(*lines, strict=True))] if lines else None


def _partitions(rows: FlushRows) -> str:
    """The partition, as often as it has packed visits that are lonely."""
    number = rows.lonely_packed.numbers.count("\n") + 1
    return "\n".join([str(rows.position.partition)] * number)

"""The keys of visits of whose contacts nothing else may be stored, as the columns of one question;
those of the core are columns already, and stay together.
"""

from collections.abc import Sequence

from floorpulse.contracts.visits import VisitKey
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.postgres.texts import texts


def lonely_columns(rows: Sequence[FlushRows]) -> list[str] | None:
    """A separator and the columns of partitions, tenants, contacts and visits, as `texts` gives
    them; None where there is no such visit.
    """
    held = [(str(one.position.partition), one.lonely) for one in rows if one.lonely]
    packed = [one for one in rows if one.lonely_packed.numbers]
    if not packed:
        return texts(*_columns(held)) if held else None
    columns = _columns(held)
    if "\n" not in "".join([*columns[1], *columns[2]]):
        further = [(_partitions(one), *one.lonely_packed) for one in packed]
        whole = [*zip(*columns, strict=True), *further]
        return ["\n", *map("\n".join, zip(*whole, strict=True))]
    held += [(str(one.position.partition), one.lonely_packed.visits()) for one in packed]
    return texts(*_columns(held))


def _columns(held: Sequence[tuple[str, Sequence[VisitKey]]]) -> list[list[str]]:
    """The columns of keys by their partitions."""
    return [
        [partition for partition, keys in held for _ in keys],
        [tenant for _, keys in held for tenant, _, _ in keys],
        [contact for _, keys in held for _, contact, _ in keys],
        [str(number) for _, keys in held for _, _, number in keys],
    ]


def _partitions(rows: FlushRows) -> str:
    """The partition, as often as it has packed visits that are lonely."""
    number = rows.lonely_packed.numbers.count("\n") + 1
    return "\n".join([str(rows.position.partition)] * number)

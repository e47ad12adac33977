"""Tables are declared whole, and say who writes them."""

import re
from pathlib import Path
from pkgutil import iter_modules

from floorpulse.contracts import tables
from floorpulse.contracts.tables import declared as all_of_them
from floorpulse.contracts.tables.declared import declared

SERVICES = Path(__file__).parents[3] / "services"


def test_every_module_of_tables_is_declared() -> None:
    modules = {one.name for one in iter_modules(tables.__path__)} - {"declared", "metadata"}

    assert modules <= vars(all_of_them).keys()


def test_every_table_says_which_part_writes_it() -> None:
    parts = {one.name for one in SERVICES.iterdir() if one.is_dir()}

    for table in declared().tables.values():
        said = re.match(r"\[([a-z_]+)\] \S", table.comment or "")
        assert said, table.name
        assert said[1] in parts, table.name

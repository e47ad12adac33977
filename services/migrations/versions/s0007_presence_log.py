"""Open visits are found in a log of who is there, not by an index that every update of a visit has
to write.

The column `open` goes, too. An engine of before, which would not write the log, can therefore write
no visit: it waits for the database and is replaced, and its successor applies the same events.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from floorpulse.contracts.presence import Entry, Home, Page, encode_page
from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import is_open, offer_at, queue_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEVER = -(1 << 62)
ENTRIES_A_PAGE = 10_000
PARTITIONS = sa.text("SELECT partition FROM stream_partition ORDER BY partition")
OPEN = (
    "DECLARE open_visit CURSOR FOR SELECT tenant, contact, visit, body FROM visit WHERE "
    "partition = {partition} AND open"
)
NEXT = sa.text(f"FETCH {ENTRIES_A_PAGE} FROM open_visit")
STORED = sa.text(
    "SELECT partition, tenant, contact, visit, body FROM visit WHERE (partition, tenant, contact, "
    "visit) > (:p, :t, :c, :v)"
    " ORDER BY partition, tenant, contact, visit LIMIT :portion"
)
OPENED = sa.text(
    "UPDATE visit SET open = true WHERE partition = :p AND tenant = :t AND contact = :c AND visit "
    "= :v"
)
WRITE = sa.text(
    "INSERT INTO presence_log (partition, number, page) VALUES (:partition, :number, :page)"
)


def upgrade() -> None:
    """Create the log, write down who is there while no engine writes, drop the column; pages of
    visits keep room for updates.
    """
    op.execute("LOCK TABLE visit IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "presence_log",
        sa.Column("partition", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("page", sa.LargeBinary, nullable=False),
    )
    op.execute(
        "ALTER TABLE presence_log ALTER page SET STORAGE EXTERNAL"
    )  # compressing costs more than the bytes
    for (partition,) in op.get_bind().execute(PARTITIONS).all():
        for number, page in enumerate(_pages(partition), 1):
            op.get_bind().execute(
                WRITE, {"partition": partition, "number": number, "page": encode_page(page)}
            )
    op.drop_index("visit_open", "visit")
    op.drop_column("visit", "open")
    op.execute("ALTER TABLE visit SET (fillfactor = 80)")


def downgrade() -> None:
    """Find open visits by their column and its index again, as the records themselves tell it."""
    op.add_column("visit", sa.Column("open", sa.Boolean, nullable=False, server_default=sa.false()))
    place = {"p": -1, "t": "", "c": "", "v": -1}
    while portion := op.get_bind().execute(STORED, {**place, "portion": ENTRIES_A_PAGE}).all():
        place = dict(zip("ptcv", portion[-1], strict=False))
        opened = [
            dict(zip("ptcv", row, strict=False))
            for row in portion
            if is_open(decode_visit(row[-1]))
        ]
        if opened:
            op.get_bind().execute(OPENED, opened)
    op.alter_column("visit", "open", server_default=None)
    op.create_index("visit_open", "visit", ["partition"], postgresql_where=sa.text("open"))
    op.execute("ALTER TABLE visit RESET (fillfactor)")
    op.drop_table("presence_log")


def _pages(partition: int) -> Iterator[Page]:
    """Everyone who is there, however old: the next owner counts those whose end was lost."""
    op.execute(OPEN.format(partition=partition))
    while portion := op.get_bind().execute(NEXT).all():
        homes: dict[Home, int] = {}
        there: dict[bool, list[Entry]] = {False: [], True: []}
        for tenant, contact, number, body in portion:
            visit = decode_visit(body)
            queue = queue_of(visit)
            offered = offer_at(visit)
            answered = visit.answered_at
            if queue is None or offered is None or not is_open(visit):
                continue
            place = homes.setdefault((tenant, queue, visit.channel), len(homes))
            there[answered is not None].append(
                (place, contact, number, offered if answered is None else answered)
            )
        yield Page(NEVER, NEVER, list(homes), there[False], there[True], [], [])
    op.execute("CLOSE open_visit")

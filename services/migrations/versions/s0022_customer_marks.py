"""Visits are looked up by a number of eight bytes that stands for the customer's pseudonym: the
text, which every record holds anyway, was stored twice more beside it.

The table is written anew, and its indexes with it. An engine of before can write no visit with a
customer any more: it waits for the database and is replaced, and its successor applies the same
events.
"""

import sqlalchemy as sa
from alembic import op

from floorpulse.contracts.visit_records import decode_visit

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PORTION = 10_000
# As `contracts.customers.customer_mark` has it.
MARK = """
ALTER TABLE visit ALTER customer TYPE bigint USING
    ('x' || encode(substr(sha256(convert_to(customer, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
"""
EMPTY = "ALTER TABLE visit ALTER customer TYPE text USING NULL"
STORED = sa.text(
    "SELECT partition, tenant, contact, visit, body FROM visit WHERE (partition, tenant, contact, "
    "visit) > (:p, :t, :c, :v)"
    " ORDER BY partition, tenant, contact, visit LIMIT :portion"
)
NAME = sa.text(
    "UPDATE visit SET customer = :customer"
    " WHERE partition = :p AND tenant = :t AND contact = :c AND visit = :v"
)


def upgrade() -> None:
    """Put the number in the text's place."""
    op.execute(MARK)


def downgrade() -> None:
    """Put the text back, as the records tell it."""
    op.execute(EMPTY)
    place = {"p": -1, "t": "", "c": "", "v": -1}
    while portion := op.get_bind().execute(STORED, {**place, "portion": PORTION}).all():
        place = dict(zip("ptcv", portion[-1], strict=False))
        named = [
            dict(zip("ptcv", row, strict=False)) | {"customer": customer}
            for row in portion
            if (customer := decode_visit(row[-1]).customer) is not None
        ]
        if named:
            op.get_bind().execute(NAME, named)

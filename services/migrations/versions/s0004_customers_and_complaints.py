"""Visits are found by customer and by complaint: what bodies say of both, in columns with indexes
of their own.
"""

import sqlalchemy as sa
from alembic import op

from floorpulse.contracts.visit_records import decode_visit
from floorpulse.contracts.visits import complaining

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PORTION = 10_000
STORED = sa.text(
    "SELECT partition, tenant, contact, visit, body FROM visit WHERE (partition, tenant, contact, "
    "visit) > (:p, :t, :c, :v)"
    " ORDER BY partition, tenant, contact, visit LIMIT :portion"
)
NOTE = sa.text(
    "UPDATE visit SET channel = :channel, customer = :customer, complained_at = :complained_at, "
    "settled_at = :settled_at"
    " WHERE partition = :p AND tenant = :t AND contact = :c AND visit = :v"
)


def upgrade() -> None:
    """Add the columns, fill them from the bodies that are there, then index them."""
    op.add_column("visit", sa.Column("channel", sa.Text, nullable=False, server_default="voice"))
    op.add_column("visit", sa.Column("customer", sa.Text))
    op.add_column("visit", sa.Column("complained_at", sa.BigInteger))
    op.add_column("visit", sa.Column("settled_at", sa.BigInteger))
    place = {"p": -1, "t": "", "c": "", "v": -1}
    while portion := op.get_bind().execute(STORED, {**place, "portion": PORTION}).all():
        place = dict(zip("ptcv", portion[-1], strict=False))
        notes = [noted for row in portion if (noted := _noted(*row)) is not None]
        if notes:
            op.get_bind().execute(NOTE, notes)
    op.create_index(
        "visit_customer",
        "visit",
        ["customer", "offered_at"],
        postgresql_where=sa.text("customer IS NOT NULL"),
    )
    op.create_index(
        "visit_complained",
        "visit",
        ["tenant", "complained_at"],
        postgresql_where=sa.text("complained_at IS NOT NULL"),
    )


def _noted(
    partition: int, tenant: str, contact: str, number: int, body: bytes
) -> dict[str, object] | None:
    visit = decode_visit(body)
    complained_at, settled_at = complaining(visit)
    if visit.channel == "voice" and visit.customer is None and complained_at is None:
        return None
    said = {
        "channel": visit.channel,
        "customer": visit.customer,
        "complained_at": complained_at,
        "settled_at": settled_at,
    }
    return {**said, "p": partition, "t": tenant, "c": contact, "v": number}

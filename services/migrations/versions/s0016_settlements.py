"""Settlements: documents, what was done with them, and the visits they counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "settlement",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("begins_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("visits", sa.BigInteger, nullable=False),
        sa.Column("frozen", JSONB, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "settlement_period",
        "settlement",
        ["tenant", "contract", "begins_at", "ends_at", "number"],
        unique=True,
    )
    op.create_table(
        "settlement_event",
        sa.Column("settlement", sa.Text, _whole(), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "settlement_visits",
        sa.Column("settlement", sa.Text, _whole(), primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("records", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("settlement_visits", "settlement_event", "settlement"):
        op.drop_table(table)


def _whole() -> sa.ForeignKey:
    return sa.ForeignKey("settlement.id", ondelete="CASCADE")

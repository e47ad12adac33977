"""Corrections say why, where an amendment did it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("late_change", "correction")


def upgrade() -> None:
    """Add the column; what is recorded already says nothing."""
    for table in TABLES:
        op.add_column(table, sa.Column("reason", sa.Text))


def downgrade() -> None:
    """Drop it."""
    for table in TABLES:
        op.drop_column(table, "reason")

"""Definitions: versions that never change, and the sets of them that were loaded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "definition_version",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("valid_from", sa.Text),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("loaded_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "definition_set",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("loaded_at", sa.BigInteger, nullable=False),
        sa.Column("members", JSONB, nullable=False),
    )

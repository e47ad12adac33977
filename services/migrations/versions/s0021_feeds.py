"""Examples of what is wrong with a source's events, events that stayed without the one before, and
how long after their instants events come.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

OLD_EXAMPLES = """
UPDATE source_tally SET examples = jsonb_build_array(jsonb_build_object('event', example))
WHERE example <> ''
"""
OLD_EXAMPLE = "UPDATE source_tally SET example = coalesce(examples -> 0 ->> 'event', '')"


def upgrade() -> None:
    """Keep several examples of a tally, and delays by source."""
    op.add_column("source_tally", sa.Column("examples", JSONB, nullable=False, server_default="[]"))
    op.execute(OLD_EXAMPLES)
    op.drop_column("source_tally", "example")
    op.create_table(
        "source_delay",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("slot", sa.BigInteger, primary_key=True),
        sa.Column("bucket", sa.Integer, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "source_orphan",
        sa.Column("partition", sa.SmallInteger, primary_key=True),
        sa.Column("epoch", sa.BigInteger, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("missing", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("examples", JSONB, nullable=False),
    )


def downgrade() -> None:
    """Keep the last example only, no delays and no orphans."""
    op.drop_table("source_orphan")
    op.drop_table("source_delay")
    op.add_column("source_tally", sa.Column("example", sa.Text, nullable=False, server_default=""))
    op.execute(OLD_EXAMPLE)
    op.drop_column("source_tally", "examples")

"""Where the roller stands, which queues it met, what retention dropped; an index that finds one
queue's rollups.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

CURSORS = ("completion", "quarter", "reached", "day", "month")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the roller's and retention's tables; the roller starts before all events."""
    op.create_table(
        "roller",
        sa.Column(
            "one", sa.Boolean, sa.CheckConstraint("one"), primary_key=True, server_default=sa.true()
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in CURSORS),
        sa.Column("zone", sa.Text, nullable=False, server_default=""),
        sa.Column("watermarks", JSONB, nullable=False, server_default="{}"),
    )
    op.execute("INSERT INTO roller DEFAULT VALUES")
    op.create_table(
        "home",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("queue", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "retention",
        sa.Column("kept", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("announced_at", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.add_column("rollup", sa.Column("filled_at", sa.BigInteger))
    op.create_index("rollup_queue", "rollup", ["tenant", "grain", "queue", "start"])

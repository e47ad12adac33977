"""States of agents that are believed for longer than a day are found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; states of before are believed for a day."""
    op.add_column("agent_state", sa.Column("lasts", sa.BigInteger))
    op.create_index(
        "agent_state_lasting",
        "agent_state",
        ["tenant", "agent", "at"],
        postgresql_where=sa.text("lasts IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop it: states are believed for a day again."""
    op.drop_index("agent_state_lasting", "agent_state")
    op.drop_column("agent_state", "lasts")

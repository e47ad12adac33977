"""Time of agents by quarter hours goes: readers sum it from the states, which stay."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

AGENT_PANE = """
CREATE TABLE agent_pane (
    tenant text, start bigint, agent text, queue text, partition smallint,
        revision bigint NOT NULL, cells bytea NOT NULL,
    PRIMARY KEY (tenant, start, agent, queue, partition)
) PARTITION BY RANGE (start)
"""


def upgrade() -> None:
    """Drop the table with its months."""
    op.drop_table("agent_pane")


def downgrade() -> None:
    """Make it again, empty: an engine of before fills it from then on, and nobody reads it."""
    op.execute(AGENT_PANE)

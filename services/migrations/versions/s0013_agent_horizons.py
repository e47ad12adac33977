"""States of agents that are believed for longer than a day are found without reading all."""

from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE agent_state ADD COLUMN lasts bigint;
CREATE INDEX agent_state_lasting ON agent_state (tenant, agent, at) WHERE lasts IS NOT NULL
"""
DOWN = """
DROP INDEX agent_state_lasting;
ALTER TABLE agent_state DROP COLUMN lasts
"""


def upgrade() -> None:
    """Add the column; states of before are believed for a day."""
    op.execute(UP)


def downgrade() -> None:
    """Drop it: states are believed for a day again."""
    op.execute(DOWN)

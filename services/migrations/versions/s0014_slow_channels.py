"""Visits of channels on which contacts wait for days are found without a look at the calls between
them.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index; engines wait until it is there."""
    op.execute(
        "CREATE INDEX visit_slow ON visit (tenant, offered_at) "
        "WHERE channel NOT IN ('voice', 'callback')"
    )


def downgrade() -> None:
    """Drop it: the same questions read more rows."""
    op.execute("DROP INDEX visit_slow")

"""Panes and agents' logs by month, time of agents, rollups, corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BY_MONTH = """
CREATE TABLE pane (
    tenant text, start bigint, queue text, channel text, partition smallint,
        revision bigint NOT NULL, cells bytea NOT NULL,
    PRIMARY KEY (tenant, start, queue, channel, partition)
) PARTITION BY RANGE (start);
CREATE TABLE agent_pane (
    tenant text, start bigint, agent text, queue text, partition smallint,
        revision bigint NOT NULL, cells bytea NOT NULL,
    PRIMARY KEY (tenant, start, agent, queue, partition)
) PARTITION BY RANGE (start);
CREATE TABLE agent_state (
    partition smallint, tenant text, agent text, at bigint, state text, body bytea NOT NULL,
    PRIMARY KEY (partition, tenant, agent, at, state)
) PARTITION BY RANGE (at);
"""

# The bounds of every month between two instants, in UTC.
COPY_PANES = """
DO $$
DECLARE month timestamptz;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', to_timestamp(start / 1000.0), 'UTC')
        FROM old_pane LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF pane FOR VALUES FROM (%s) TO (%s) '
            'WITH (fillfactor = 80)',
            'pane_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'),
            extract(epoch FROM month)::bigint * 1000,
            extract(epoch FROM (month AT TIME ZONE 'UTC' + interval '1 month')
                AT TIME ZONE 'UTC')::bigint * 1000);
    END LOOP;
    INSERT INTO pane SELECT tenant, start, queue, channel, partition, revision, cells FROM old_pane;
END $$;
"""


def upgrade() -> None:
    """Give panes a table a month, keeping them; agents' states were not counted before and are
    dropped.
    """
    op.rename_table("pane", "old_pane")
    op.execute("ALTER INDEX pane_pkey RENAME TO old_pane_pkey")
    op.drop_table("agent_state")
    for statement in BY_MONTH.split(";\n")[:-1]:
        op.execute(statement)
    op.execute(COPY_PANES)
    op.drop_table("old_pane")
    for column in ("revision", "outcome", "wait"):
        op.drop_column("visit", column)
    op.create_table(
        "late_change",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("partition", sa.SmallInteger, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "rollup",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("grain", sa.Text, primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("queue", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("families", sa.SmallInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("cells", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("old", sa.LargeBinary, nullable=False),
        sa.Column("new", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    op.create_index("correction_start", "correction", ["tenant", "start"])

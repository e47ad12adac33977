"""The audit log: entries that follow one another by their hashes; and keys of one contract."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APPEND = """
CREATE FUNCTION audit_append() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head audit_head%ROWTYPE;
BEGIN
    INSERT INTO audit_head (tenant, number, hash)
        VALUES (NEW.tenant, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_head WHERE tenant = NEW.tenant FOR UPDATE;
    NEW.number := head.number + 1;
    NEW.at := (NEW.entry::json ->> 'at')::bigint;
    NEW.actor := NEW.entry::json ->> 'actor';
    NEW.action := NEW.entry::json ->> 'action';
    NEW.previous := head.hash;
    NEW.hash := sha256(head.hash || convert_to(
        NEW.tenant || E'\\n' || NEW.number || E'\\n' || NEW.entry, 'UTF8'));
    UPDATE audit_head SET number = NEW.number, hash = NEW.hash WHERE tenant = NEW.tenant;
    RETURN NEW;
END $$
"""
"""An entry gets its number and hash here, behind the lock of the tenant's head: whoever writes,
by whatever driver, makes one chain."""
REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever appended to: % of % is refused',
        TG_OP, TG_TABLE_NAME;
END $$
"""
KEEP_HEAD = """
CREATE FUNCTION audit_keep_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the head of the audit log moves with its entries only: % is refused',
            TG_OP;
    END IF;
    RETURN NEW;
END $$
"""
TRIGGERS = (
    ("audit_append BEFORE INSERT ON audit_entry FOR EACH ROW", "audit_append"),
    ("audit_refuse BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW", "audit_refuse"),
    ("audit_refuse_all BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT", "audit_refuse"),
    ("audit_keep_head BEFORE INSERT OR UPDATE ON audit_head FOR EACH ROW", "audit_keep_head"),
    ("audit_refuse_head BEFORE DELETE ON audit_head FOR EACH ROW", "audit_refuse"),
    ("audit_refuse_heads BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT", "audit_refuse"),
)
"""When a function is called"""


def upgrade() -> None:
    """Create tables and triggers; every key there is may see its whole floor."""
    op.create_table(
        "audit_head",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    for function in (APPEND, REFUSE, KEEP_HEAD):
        op.execute(function)
    for when, name in TRIGGERS:
        op.execute(f"CREATE TRIGGER {when} EXECUTE FUNCTION {name}()")
    op.add_column("api_key", sa.Column("contract", sa.Text))


def downgrade() -> None:
    """Take away both; keys of a contract end, since they would see the whole floor."""
    op.execute("DELETE FROM api_key WHERE contract IS NOT NULL")
    op.drop_column("api_key", "contract")
    op.drop_table("audit_entry")
    op.drop_table("audit_head")
    for function in ("audit_append", "audit_refuse", "audit_keep_head"):
        op.execute(f"DROP FUNCTION {function}()")

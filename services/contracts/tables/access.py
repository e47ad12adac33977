"""Keys of the API, and the audit log of what was done."""

from sqlalchemy import ARRAY, BigInteger, Column, LargeBinary, Table, Text, UniqueConstraint

from floorpulse.contracts.tables.metadata import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("contract", Text, comment="the only one whose floor it may see; null: all of it"),
    UniqueConstraint("secret_sha256"),
    comment="[access] Credentials: only the SHA-256 of a secret is kept.",
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3, …"),
    Column("at", BigInteger, nullable=False, comment="as the entry says, to be found by"),
    Column("actor", Text, nullable=False, comment="as the entry says"),
    Column("action", Text, nullable=False, comment="as the entry says"),
    Column("entry", Text, nullable=False, comment="canonical JSON: all that is known of it"),
    Column("previous", LargeBinary, nullable=False, comment="hash of the entry before"),
    Column(
        "hash", LargeBinary, nullable=False, comment="SHA-256 of previous, tenant, number, entry"
    ),
    comment="[access] The audit log: who did what, each entry bound to the one before; triggers "
    "number and hash what is inserted, and refuse everything else.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, comment="of the last entry"),
    Column("hash", LargeBinary, nullable=False, comment="of the last entry"),
    comment="[access] Where each tenant's audit log ends; whoever appends holds its row.",
)

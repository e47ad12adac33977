"""Definitions, version by version, and the sets that stood."""

from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from floorpulse.contracts.tables.metadata import metadata

definition_version = Table(
    "definition_version",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True, comment="'': the tenant itself"),
    Column("number", Integer, primary_key=True, comment="figures name it: id@number"),
    Column("valid_from", Text, comment="first day in the tenant's zone; null: ever since"),
    Column("body", JSONB, nullable=False, comment="its fields as in the file"),
    Column("loaded_at", BigInteger, nullable=False),
    comment="[definitions] Every version of every definition; none is ever changed or deleted.",
)

definition_set = Table(
    "definition_set",
    metadata,
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("loaded_at", BigInteger, nullable=False),
    Column(
        "members",
        JSONB,
        nullable=False,
        comment="[tenant, kind, id, number] of each version that stands, sorted",
    ),
    comment="[definitions] What was loaded together; the last set stands.",
)

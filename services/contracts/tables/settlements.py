"""The tables of settlements: what was frozen, in which state it is, who said what, and the visits
that counted.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from floorpulse.contracts.tables.metadata import metadata

settlement = Table(
    "settlement",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("contract", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column(
        "number",
        Integer,
        nullable=False,
        comment="0: the settlement itself; from 1 on its credit notes in their order",
    ),
    Column("state", Text, nullable=False, comment="draft, issued, disputed or agreed"),
    Column("sha256", Text, nullable=False, comment="over the document"),
    Column(
        "document",
        LargeBinary,
        nullable=False,
        comment="canonical JSON as signed; never changed once issued",
    ),
    Column("visits", BigInteger, nullable=False, comment="how many visits are its evidence"),
    Column(
        "frozen",
        JSONB,
        nullable=False,
        comment="what the snapshot had applied: offsets, revision, set of definitions",
    ),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("settlement_period", "tenant", "contract", "begins_at", "ends_at", "number", unique=True),
    comment="[reports] Settlements of contracts and their credit notes, one row each.",
)

settlement_event = Table(
    "settlement_event",
    metadata,
    Column("settlement", Text, ForeignKey("settlement.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False, comment="the settlement's state after it"),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    comment="[reports] What was done with each settlement, by whom and why; append-only.",
)

settlement_visits = Table(
    "settlement_visits",
    metadata,
    Column("settlement", Text, ForeignKey("settlement.id", ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("visits", Integer, nullable=False),
    Column(
        "records",
        LargeBinary,
        nullable=False,
        comment="deflated lines, one visit each, in the order of offers",
    ),
    comment="[reports] The visits that a settlement counted, as they were then.",
)

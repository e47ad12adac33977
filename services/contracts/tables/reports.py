"""The tables of reports: what was done, and the reports that schedules issued."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from floorpulse.contracts.tables.metadata import metadata

annotation = Table(
    "annotation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("queue", Text, nullable=False, server_default="", comment="empty: the whole tenant"),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("annotation_of", "tenant", "begins_at"),
    comment="[reports] What people did or saw in an interval; append-only.",
)

issued_report = Table(
    "issued_report",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("report", Text, nullable=False, comment="the schedule, by id"),
    Column("period", Text, nullable=False, comment="2026-11-27, 2026-W48 or 2026-11"),
    Column("language", Text, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False, comment="of the file"),
    Column("media_type", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the content, hexadecimal"),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("issued_report_of", "tenant", "report", "begins_at"),
    comment="[reports] A report as it went out; the notices that carry it are in the outbox of "
    "alerts.",
)

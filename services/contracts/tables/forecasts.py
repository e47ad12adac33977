"""Forecasts as they were uploaded."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text

from floorpulse.contracts.tables.metadata import metadata

forecast = Table(
    "forecast",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("version", Integer, primary_key=True, comment="counted for each tenant, from 1"),
    Column(
        "digest",
        LargeBinary,
        nullable=False,
        comment="of the rows: the same content again is no new version",
    ),
    Column("rows", Integer, nullable=False),
    Column("begin", BigInteger, nullable=False, comment="of the first interval"),
    Column("until", BigInteger, nullable=False, comment="end of the last interval"),
    Column("note", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False, comment="id of the API key"),
    Column("uploaded_at", BigInteger, nullable=False),
    comment="[query] Uploads of forecasts; none is ever changed.",
)

forecast_slot = Table(
    "forecast_slot",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("queue", Text, primary_key=True),
    Column("channel", Text, primary_key=True, comment="'': all channels of the queue together"),
    Column("begin", BigInteger, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("volume", Double, nullable=False, comment="contacts in the interval"),
    Column("aht", Double, nullable=False, comment="mean handle time, seconds"),
    Column("staffed", Integer, comment="planned agents, where the upload tells"),
    Index("forecast_slot_begin", "tenant", "begin"),
    comment="[query] Forecast intervals as uploaded; the newest version of a time is in force.",
)

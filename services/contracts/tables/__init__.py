"""The tables of PostgreSQL, a module for each part that writes them: who writes a table, what a row
means. Alembic builds them, services read them by name.

Instants are epoch milliseconds (bigint), as on the wire.
"""

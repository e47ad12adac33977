"""Decisions about definitions: reading, checking, numbering, what is in force when; pure."""

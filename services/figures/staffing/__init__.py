"""Agents of one queue for another: who is missing where, and who has some to lend."""

"""Asterisk's queue_log as events."""

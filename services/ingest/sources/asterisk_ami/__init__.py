"""Asterisk's manager interface (AMI) as events."""

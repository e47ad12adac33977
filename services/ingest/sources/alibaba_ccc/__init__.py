"""Alibaba Cloud Contact Center: events that are pushed, and the records of finished calls."""

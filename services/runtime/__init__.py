"""Plumbing without a word of the business: clock, settings, logging, Kafka and database factories,
HTTP, supervision.
"""

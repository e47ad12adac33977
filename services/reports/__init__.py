"""Contracts settled and reported: evidence out of stored history, exact amounts, what both parties
sign.
"""

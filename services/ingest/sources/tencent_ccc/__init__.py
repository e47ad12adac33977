"""Tencent Cloud Contact Center: records of finished calls, as they are pushed or asked for, and the
history of agents' states.
"""

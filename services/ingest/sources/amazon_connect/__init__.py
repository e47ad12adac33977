"""Amazon Connect: contact events of EventBridge, contact records and agent events of Kinesis,
evaluations.
"""

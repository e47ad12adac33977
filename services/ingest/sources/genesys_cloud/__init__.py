"""Genesys Cloud: detail events of conversations, activities of users, evaluations and surveys, as
EventBridge and the notification WebSocket send them, and conversations as analytics tell them
afterwards.
"""

"""Twilio TaskRouter: event callbacks of a workspace, and the same events by Event Streams."""

"""The HTTP edge: parse, call a use case, answer."""

"""The published language, what crosses a process border: events, letters, commands, updates,
topics, visits, storage tables; no I/O.
"""

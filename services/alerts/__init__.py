"""Alerts: rules over live figures, alert states, escalation, notifications. Not built yet.

This package keeps the place that `docs/` and the import rules name. It will read the same board as
the API, decide with pure rules which promise is about to be broken, climb an escalation ladder, and
tell people and Alertmanager; until then nothing here runs and no command starts it.
"""

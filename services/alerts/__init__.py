"""Alerts: a breach on the floor reaches the right person, climbs until somebody acknowledges it,
and is told once.

board ─► evaluate (rules over `figures`) ─► incidents (states, timers: rows) ─► notices (rows,
written with the change that causes them) ─► notifiers (one channel a file over one transport)

    domain/     what is decided: rules, states, escalation, rotas, silences, messages; pure
    rules/      figures for the rules, evaluation, replay over history
    incidents/  the tables, the timers, the lease of the replica that acts, the auditor
    notifiers/  channels and their transport
    bridges/    Alertmanager, the topic `alert-events`, iCal
    api/        HTTP: alerts, silences, who is on call, the supervisor's page
"""

"""Figures without HTTP: KPIs live and past, visits, agents, targets, forecasts, corrections; for
API, alerts and reports.
"""

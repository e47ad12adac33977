"""Bridges to what others run: Alertmanager in both directions, the topic `alert-events`, iCal."""

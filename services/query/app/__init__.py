"""The use cases of the KPI API: live figures, history, visits, progress; each takes a parsed question and gives rows."""

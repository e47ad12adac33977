"""The formulas of the KPIs, a module a subject."""

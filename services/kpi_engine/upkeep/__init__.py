"""The leader's upkeep: retention, statistics for the planner, the audit."""

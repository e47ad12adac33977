"""The KPI API (`floorpulse api`): every figure of the floor over HTTP, live and past, with its
parts and its definition.

Live windows are answered from the board in memory, history from the panes in PostgreSQL, both
through the formulas of `floorpulse.kpis`, so the two cannot disagree. It reads only: it never
writes a row or a record. It promises that a figure names the definition, the instant it speaks of
and whether it may still change, that 0/0 is null and never 0 %, and that figures of a floor that
fell silent say so instead of growing quietly old.
"""

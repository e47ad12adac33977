"""A settlement as tables: a workbook whose formulas lead from the visits' counts to the total, and
the same tables as CSV.
"""

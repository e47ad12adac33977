"""The KPIs: the catalogue, the figures they read, the policies they are judged by, their
formulas.
"""

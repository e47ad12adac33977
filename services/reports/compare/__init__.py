"""The client's list of visits: read from whatever its system writes, compared with a settlement's
evidence, and told with what each difference is worth.
"""

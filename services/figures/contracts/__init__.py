"""How the promises of contracts stand: counted by half hours, and what may be expected of the
rest.
"""

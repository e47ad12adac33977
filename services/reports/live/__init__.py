"""The month of a contract as it runs: attainment, exposure and bill so far, and what is to be
expected.
"""

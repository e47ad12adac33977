"""Definitions as data: what figures mean, read from files, checked, kept in PostgreSQL as dated
versions, in force all at once.

Promises: a wrong file changes nothing, every mistake names its line and what to do; loading the
same again is no new version; every version that was ever in force can be asked for by its name.
"""

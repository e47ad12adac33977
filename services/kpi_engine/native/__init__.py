"""The usual steps of the fold in C, where a compiler was there at install; the Python fold remains
what they are held against, and does everything else.
"""

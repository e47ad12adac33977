"""What a visit adds to which pane, and when a pane is final: pure functions, the specification of
the fold.
"""

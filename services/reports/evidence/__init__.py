"""From stored history to the evidence of a settlement."""

"""Rules at work: their figures, their evaluation, their replay over history."""

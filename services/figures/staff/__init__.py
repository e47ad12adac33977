"""Which agents are there and in which state: now by queue, over spans, at any instant."""

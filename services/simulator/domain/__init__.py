"""The model: pure, synchronous, seeded; simulated time only."""

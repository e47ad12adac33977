"""All decisions of the engine: pure, synchronous, time passed in."""

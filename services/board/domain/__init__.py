"""The merged picture and every decision on it; pure, synchronous, time passed in."""

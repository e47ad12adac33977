"""What is asked and how the rows of an answer come about; pure, synchronous, time passed in."""

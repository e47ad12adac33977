"""What agents do and did."""

"""What is decided about contracts and settlements: pure, money is decimal."""

"""What the demo decides and shows, without any of its processes."""

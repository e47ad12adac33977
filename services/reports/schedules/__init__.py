"""Reports that go out by themselves: due, written, stored with the notices that carry them."""

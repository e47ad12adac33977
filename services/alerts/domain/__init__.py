"""What alerts decide, pure and synchronous: state, input and now in, new state and notices out."""

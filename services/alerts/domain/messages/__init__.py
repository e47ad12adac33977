"""What a message says, in the receiver's language, and how it is cut to a channel's limit."""

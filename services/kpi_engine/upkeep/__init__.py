"""What the leader does beside: months, retention, the audit."""

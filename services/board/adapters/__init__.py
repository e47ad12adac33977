"""Where a board's rows come from: PostgreSQL and Kafka."""

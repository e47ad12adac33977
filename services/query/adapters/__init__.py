"""Where the answers' rows come from: PostgreSQL and Kafka."""

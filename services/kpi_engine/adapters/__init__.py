"""The engine's outside: Kafka and PostgreSQL."""

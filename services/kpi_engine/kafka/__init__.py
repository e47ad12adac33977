"""The engine's edge to Kafka: the consumer loop, record batches, what it writes, the Faust
application.
"""

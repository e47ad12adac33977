"""The worker process: its timers, its liveness."""

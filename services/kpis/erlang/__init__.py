"""Queueing models: Erlang C and Erlang A, and the gamma functions they need."""

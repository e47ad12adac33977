"""Which broker a test of reliability runs on: both unless marked, one where the broker is not what
is tested.
"""

import pytest

on_embedded = pytest.mark.parametrize("kafka", ["embedded"], indirect=True)
on_apache = pytest.mark.parametrize(
    "kafka", [pytest.param("apache", marks=pytest.mark.kafka)], indirect=True
)

"""Which broker a test of reliability runs on: both unless marked, one where the broker is not what is tested."""

import pytest

from tests.integration.kafka import on_one_apache

on_embedded = pytest.mark.parametrize("kafka", ["embedded"], indirect=True)
on_apache = pytest.mark.parametrize("kafka", [on_one_apache], indirect=True)

"""Grafana dashboards as code; what is generated from them stands in `grafana/dashboards`."""

"""Questions to the HTTP API through the Infinity plugin: what Prometheus does not hold."""

import json
from typing import NamedTuple

DAYS = "from=${__from:date:YYYY-MM-DD}&to=${__to:date:YYYY-MM-DD}"
INSTANTS = "from=${__from:date:iso}&to=${__to:date:iso}"
ROWS = "rows"
"""Where the answer's rows are"""


class Column(NamedTuple):
    """A field of a row, and its type in Grafana."""

    selector: str
    type: str = "string"


class Asked(NamedTuple):
    """A question with the columns of its answer."""

    what: str
    url: str
    columns: tuple[Column, ...]


HISTORY = Asked(
    "service level by half hour, whole days of the floor's zone",
    f"/v1/kpis/history?{DAYS}&interval=30m&by=queue&kpi=service_level&queue=${{queue:csv}}",
    (Column("time", "timestamp"), Column("queue"), Column("value", "number")),
)
INCIDENTS = Asked(
    "open incidents, and who has them",
    "/v1/alerts?state=open",
    (
        Column("opened_at", "timestamp"),
        Column("severity"),
        Column("en"),
        Column("queue"),
        Column("state"),
        Column("owner"),
    ),
)
QUERIES = (
    HISTORY,
    Asked(
        "live figures",
        "/v1/kpis?by=queue&window=${window}&kpi=service_level,waiting,longest_wait",
        (Column("queue"), Column("kpi"), Column("value", "number"), Column("as_of", "timestamp")),
    ),
    Asked(
        "the contacts that were missed",
        f"/v1/visits?{INSTANTS}&queue=${{queue:csv}}&missed=true",
        (
            Column("offered", "timestamp"),
            Column("queue"),
            Column("contact"),
            Column("wait", "number"),
            Column("outcome"),
        ),
    ),
    INCIDENTS,
)


def model(asked: Asked) -> str:
    """The question as a panel's target holds it."""
    columns = [
        {"selector": column.selector, "text": column.selector, "type": column.type}
        for column in asked.columns
    ]
    target = {
        "refId": "A",
        "type": "json",
        "parser": "backend",
        "source": "url",
        "format": "table",
        "url": asked.url,
        "url_options": {"method": "GET"},
        "root_selector": ROWS,
        "columns": columns,
    }
    return json.dumps(target, indent=2)

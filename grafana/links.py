"""Ways from a panel to the page that says more."""

from grafana.panels import Link
from grafana.texts import Text

WALL = Link(
    Text("The wall", "大屏"),
    "${floorpulse}/wallboard?queue=${queue:csv}&window=${window}",
    spoken=True,
)
DESK = Link(
    Text("The queue's day", "队列当日"), "${floorpulse}/desk?queue=${queue:csv}", spoken=True
)
"""Where one queue is chosen"""
DESK_OF_ROW = Link(DESK.title, "${floorpulse}/desk?queue=${__data.fields.queue}", spoken=True)
VISITS = Link(
    Text("The contacts behind it that were missed", "未达标的联络"),
    "${floorpulse}/v1/visits?from=${__from:date:iso}&to=${__to:date:iso}"
    "&queue=${queue:csv}&channel=${channel:csv}&missed=true",
)
ABANDONED = Link(
    Text("The contacts that gave up", "放弃的联络"),
    "${floorpulse}/v1/visits?from=${__from:date:iso}&to=${__to:date:iso}"
    "&queue=${queue:csv}&channel=${channel:csv}&outcome=abandoned",
)
INCIDENTS = Link(
    Text("Incidents, and who has them", "事件及处理人"), "${floorpulse}/alerts", spoken=True
)
PROGRESS = Link(Text("Progress by partition", "各分区进度"), "${floorpulse}/v1/pipeline")
RUNBOOK = Link(Text("The runbook", "运行手册"), "${docs}/alarms.html")

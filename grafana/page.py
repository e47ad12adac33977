"""The page of all panels, `docs/dashboards.md`: each panel, what it means, what to do.

It is written from the panels themselves; `python -m grafana` writes it anew.
"""

from collections.abc import Iterator

from grafana.boards import BOARDS
from grafana.infinity import HISTORY, QUERIES, Asked, model
from grafana.laying_out import uid
from grafana.panels import Board, Panel, Section
from grafana.texts import Language

HEAD = """# Dashboards

Generated from `grafana/` by `python -m grafana` (`make generate`); a test fails on a difference.

Six dashboards for Grafana 9.3 and later, each in English (`grafana/dashboards`) and Chinese (`grafana/dashboards/zh`). Each begins with
a light that turns red once the figures are old. Colours of a service level come from each queue's own target, never from a number in the
dashboard, and a sign or a word says the same as the colour. A figure that is undefined is –, never 0.
"""
FOOT = """## Install them

`grafana/provisioning` is read by Grafana from its folder of that name (`GF_PATHS_PROVISIONING`); `deploy/compose.yaml` mounts it.

* `datasources` points to a Prometheus at `http://prometheus:9090`, whose scrapes are those of `deploy/prometheus/prometheus.yml`.
* `dashboards` loads both languages from `/var/lib/floorpulse/dashboards`. They cannot be changed in the browser: copy one to change it.
* `alerting` watches what Prometheus cannot tell of itself: that it answers, scrapes Floorpulse and evaluates its rules. Two rules about the
  floor are there and paused, for a site that does not load `deploy/prometheus/rules`. All of it goes to the Alertmanager at
  `http://alertmanager:9093`, which decides who hears of it; warnings wait from 22:00 to 08:00 of Asia/Shanghai (the mute timing
  `floorpulse-night`). Its policies replace the whole tree of notification policies of the organisation: leave the folder out where
  Grafana has its own.

Without provisioning, import a file (*Dashboards*, *Import*) and choose the data source above the panels. The variables *Address of
Floorpulse* and *Address of its docs* are where links lead to.

## The API as a data source

The [Infinity plugin](https://grafana.com/docs/plugins/yesoreyeram-infinity-datasource/latest/) asks the HTTP API for what Prometheus does not hold:
history, contacts, incidents and who has them. In its data source, *Base URL* is the API's address, *Bearer token* a key of the scopes `kpi:read` and
`alerts:read`, and the address is among the *Allowed hosts*. Each question has type JSON, source URL, method GET and root `rows`:

| what | URL | columns |
| --- | --- | --- |
"""
AS_JSON = """
`${queue:csv}` and `${window}` are variables of the dashboards here. Plain days are days of the floor's zone; `/v1/visits` takes instants as well. The
first question as a panel's JSON holds it:
"""


def page() -> str:
    """The page in Markdown."""
    asked = "\n".join(map(_asked, QUERIES))
    example = f"```json\n{model(HISTORY)}\n```\n"
    boards = (_board(board) for board in BOARDS)
    return "\n".join((HEAD, *boards, FOOT + asked, AS_JSON, example))


def _asked(asked: Asked) -> str:
    columns = ", ".join(f"`{column.selector}` {column.type}" for column in asked.columns)
    return f"| {asked.what} | `{asked.url}` | {columns} |"


def _board(board: Board) -> str:
    lines = [
        f"## {board.title.en} {board.title.zh}",
        "",
        f"For {board.reader.en}; `{uid(board, Language.EN)}`. {board.about.en}",
        "",
    ]
    if board.slug == "every-kpi":
        return "\n".join((*lines, "What each KPI means is in [KPIs](kpis.md).", ""))
    for section in board.sections:
        lines += [*_section(section), ""]
    return "\n".join(lines)


def _section(section: Section) -> Iterator[str]:
    title = "Queue by queue" if section.each else section.title.en
    yield f"**{title}**"
    yield ""
    yield "| panel | 面板 | what it means | what to do |"
    yield "| --- | --- | --- | --- |"
    for line in section.lines:
        for panel in line.panels:
            yield _row(panel)


def _row(panel: Panel) -> str:
    cells = (panel.title.en, panel.title.zh, panel.means.en, panel.act.en)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

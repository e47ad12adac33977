"""The dashboard of whoever runs Floorpulse: from an event that comes in to the figures told."""

from grafana.answers import EACH, RATE, alerting, processes, quantile, scraping, telling
from grafana.expressions import TOO_OLD
from grafana.links import PROGRESS, RUNBOOK
from grafana.panels import Board, Line, Measure, Number, Panel, Query, Section, course
from grafana.texts import Text, same
from grafana.trust import checked


def _must_be_none(title: Text, means: Text, act: Text, expr: str) -> Panel:
    """A number that is 0 while all is well."""
    return Panel(
        title=title,
        means=means,
        act=act,
        form=Number(filled=True, steps=((None, "green"), (1, "red"))),
        queries=(Query(expr),),
        links=(RUNBOOK,),
    )


def _running() -> list[Panel]:
    return [
        Panel(
            title=Text("Processes that answer", "可抓取的进程"),
            means=Text(
                "Processes whose /metrics Prometheus reads, by job.",
                "Prometheus 能抓取 /metrics 的进程数，按作业。",
            ),
            act=Text("Fewer than were started: see the runbook.", "少于已启动数：见运行手册。"),
            form=Number(named=True),
            queries=(Query('sum by (job) (up{job=~"floorpulse.*"})', same("{{job}}")),),
            links=(RUNBOOK,),
        ),
        _must_be_none(
            Text("Flushes that failed", "写库失败"),
            Text(
                "In the last hour, of all engines: they are tried again, and nothing is lost.",
                "最近一小时所有引擎的写库失败；会重试，不丢数据。",
            ),
            Text("Look at PostgreSQL.", "检查 PostgreSQL。"),
            "floor(sum(increase(floorpulse_engine_flush_failures_total[1h])))",
        ),
        _must_be_none(
            Text("Dead letters", "死信"),
            Text("Records that engines refused in the last hour.", "最近一小时被引擎拒收的记录。"),
            Text(
                "Read the topic dead-letters: each record says why.",
                "读取主题 dead-letters：每条均注明原因。",
            ),
            "floor(sum(increase(floorpulse_engine_dead_letters_total[1h])) or vector(0))",
        ),
        _must_be_none(
            Text("Panes that differ", "不一致的分钟计数"),
            Text(
                "Stored minutes that differ from their visits, at the last check.",
                "上次核对时与联络记录不一致的分钟计数。",
            ),
            Text("It is a defect: keep the logs.", "属于缺陷：保留日志。"),
            "max(floorpulse_engine_reconciliation_differences)",
        ),
        Panel(
            title=Text("Definitions", "定义文件"),
            means=Text(
                "Whether the files of definitions are right; while they are wrong the last good "
                "ones hold.",
                "定义文件是否正确；有误时沿用上一版。",
            ),
            act=Text(
                "`floorpulse check` says which line is wrong.", "`floorpulse check` 指出错误行。"
            ),
            form=Number(filled=True, steps=((None, "red"), (1, "green"))),
            queries=(Query("min(floorpulse_definitions_reload_ok)"),),
            links=(RUNBOOK,),
        ),
    ]


def _in() -> list[Panel]:
    return [
        course(
            Text("Events taken", "接收事件"),
            Text("Events a second that Kafka acknowledged.", "每秒经 Kafka 确认的事件。"),
            Text("0 while the floor works: a source is silent.", "有业务却为 0：数据源静默。"),
            Measure.A_SECOND,
            Query(f"sum by (instance) (rate(floorpulse_ingest_events_total{RATE}))", EACH),
            link=RUNBOOK,
        ),
        course(
            Text("Events refused", "拒收事件"),
            Text("Events a second that ingest refused, by reason.", "每秒拒收的事件，按原因。"),
            Text(
                "The answer to the source says which event and why.",
                "给数据源的应答注明是哪条及原因。",
            ),
            Measure.A_SECOND,
            Query(
                f"sum by (reason) (rate(floorpulse_ingest_rejected_total{RATE})) or vector(0)",
                same("{{reason}}"),
            ),
            link=RUNBOOK,
        ),
        course(
            Text("Time to take a body", "接收耗时"),
            Text("From a request's head to its answer.", "从请求到应答的耗时。"),
            Text("Slow: Kafka acknowledges late.", "变慢：Kafka 确认迟缓。"),
            Measure.MILLISECONDS,
            *(
                Query(quantile(share, "floorpulse_ingest_requests_seconds"), same(name))
                for share, name in (("0.5", "p50"), ("0.99", "p99"))
            ),
            link=RUNBOOK,
        ),
    ]


def _behind() -> list[Panel]:
    return [
        course(
            Text("Lag", "积压"),
            Text(
                "Records of each partition that live figures or history do not include yet.",
                "各分区尚未计入实时或历史数字的记录数。",
            ),
            Text(
                "It grows: engines are too few or too slow. A gap: Kafka does not answer.",
                "持续增长：引擎不足或过慢；断线：Kafka 无应答。",
            ),
            Measure.COUNT,
            Query("max by (partition) (floorpulse_pipeline_lag_records)", same("{{partition}}")),
            link=PROGRESS,
        ),
        course(
            Text("Age of the last news", "最新计入时间差"),
            Text(
                "How long ago all that each partition then held was counted.",
                "各分区上次全部计入距今的时间。",
            ),
            Text(
                f"Over {TOO_OLD} s the figures are old; one partition: see its engine.",
                f"超过 {TOO_OLD} 秒即过时；仅一个分区：检查其引擎。",
            ),
            Measure.SECONDS,
            Query(
                "max by (partition) (time() - floorpulse_pipeline_counted_timestamp_seconds)",
                same("{{partition}}"),
            ),
            link=PROGRESS,
        ),
        course(
            Text("Age of history", "历史数据时间差"),
            Text(
                "How long ago the history of each partition was last written.",
                "各分区历史上次写入距今的时间。",
            ),
            Text(
                "Minutes while events come: flushes fail, see the database.",
                "有事件却达数分钟：写库失败，检查数据库。",
            ),
            Measure.SECONDS,
            Query(
                "max by (partition) (time() - floorpulse_pipeline_stored_timestamp_seconds)",
                same("{{partition}}"),
            ),
            link=PROGRESS,
        ),
    ]


def _counting() -> list[Panel]:
    return [
        course(
            Text("Events counted", "计数事件"),
            Text("Records a second that each engine applied.", "各引擎每秒处理的记录。"),
            Text(
                "Less than is taken in, for long: start more engines.",
                "长期低于接收量：增加引擎。",
            ),
            Measure.A_SECOND,
            Query(f"sum by (instance) (rate(floorpulse_engine_records_total{RATE}))", EACH),
            link=RUNBOOK,
        ),
        course(
            Text("Watermarks", "水位线"),
            Text(
                "How far behind now the event time of each partition is.",
                "各分区事件时间距当前的差距。",
            ),
            Text(
                "One partition that falls behind: its engine is slow or stuck. All at once: no "
                "events come.",
                "单个分区落后：其引擎缓慢或卡住；全部落后：没有事件进入。",
            ),
            Measure.SECONDS,
            Query(
                "max by (partition) (time() - contactcenter_source_watermark_timestamp_seconds)",
                same("{{partition}}"),
            ),
            link=PROGRESS,
        ),
        course(
            Text("Partitions by engine", "各引擎分区数"),
            Text("Partitions that each engine owns.", "各引擎拥有的分区数。"),
            Text(
                "They add up to the topic's partitions; if not, an engine is being replaced.",
                "总和应等于主题分区数；否则正在交接。",
            ),
            Measure.COUNT,
            Query("sum by (instance) (floorpulse_engine_partitions)", EACH),
            link=RUNBOOK,
        ),
    ]


def _storing() -> list[Panel]:
    return [
        course(
            Text("Time of a flush", "写库耗时"),
            Text(
                "Visits, panes and the offset are written in one transaction, once a second.",
                "联络、分钟计数与位点每秒在一个事务中写入。",
            ),
            Text(
                "Near a second: PostgreSQL is too slow for this load.",
                "接近一秒：PostgreSQL 跟不上负载。",
            ),
            Measure.MILLISECONDS,
            *(
                Query(quantile(share, "floorpulse_engine_flush_seconds"), same(name))
                for share, name in (("0.5", "p50"), ("0.99", "p99"))
            ),
            link=RUNBOOK,
        ),
        course(
            Text("Rows written", "写入行数"),
            Text("Rows a second, by table.", "每秒写入的行，按表。"),
            Text("It follows the events.", "随事件量变化。"),
            Measure.A_SECOND,
            Query(
                f"sum by (table) (rate(floorpulse_engine_flush_rows_total{RATE}))",
                same("{{table}}"),
            ),
            link=RUNBOOK,
        ),
        course(
            Text("Partitions taken away", "分区易主"),
            Text(
                "Times in five minutes that an engine found a newer owner of its partition.",
                "五分钟内引擎发现分区已有新主的次数。",
            ),
            Text(
                "Now and then at a restart. Again and again: engines freeze, see their memory and "
                "CPU.",
                "重启时偶有。反复出现：引擎停顿，检查内存与 CPU。",
            ),
            Measure.COUNT,
            Query("sum by (instance) (increase(floorpulse_engine_fenced_total[5m]))", EACH),
            link=RUNBOOK,
        ),
    ]


PIPELINE = Board(
    slug="pipeline",
    title=Text("Pipeline", "数据管道"),
    reader=Text("who runs it", "运维人员"),
    about=Text(
        "Floorpulse itself: events in, counting, writing, answers, scrapes, alerts.",
        "Floorpulse 自身：接收、计数、写库、应答、抓取、告警。",
    ),
    variables=("datasource", "tenant", "floorpulse", "docs"),
    sections=[
        checked(),
        Section(Text("Running", "运行状况"), [Line(5, _running())]),
        Section(Text("Events in", "接收"), [Line(7, _in())]),
        Section(Text("Counting", "计数"), [Line(7, _behind()), Line(7, _counting())]),
        Section(Text("Writing", "写库"), [Line(7, _storing())]),
        Section(Text("Answers", "应答"), [Line(7, telling())]),
        Section(Text("Scrapes", "抓取"), [Line(7, scraping())]),
        Section(Text("Alerts", "告警"), [Line(7, alerting())]),
        Section(Text("Processes", "进程"), [Line(7, processes())]),
    ],
)

"""Panels of the Pipeline dashboard about answers, scrapes, alerts and the processes themselves."""

from grafana.links import RUNBOOK
from grafana.panels import Measure, Panel, Query, course
from grafana.texts import Text, same

RATE = "[$__rate_interval]"
EACH = same("{{instance}}")


def quantile(share: str, histogram: str, by: str = "") -> str:
    """A quantile of what a histogram observed lately."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({histogram}_bucket{RATE})))"


def telling() -> list[Panel]:
    """What clients of the API see."""
    requests = "floorpulse_api_request_seconds"
    return [
        course(
            Text("Questions", "请求量"),
            Text("Answers a second of the API, by status.", "API 每秒应答，按状态码。"),
            Text("5xx: the log has one line a request.", "5xx：日志中每个请求一行。"),
            Measure.A_SECOND,
            Query(f"sum by (status) (rate({requests}_count{RATE}))", same("{{status}}")),
            link=RUNBOOK,
        ),
        course(
            Text("Time to the answer", "应答耗时"),
            Text("The 99th percentile, by route.", "99 分位，按路由。"),
            Text(
                "Slow history: ask for coarser intervals, or give readers a replica.",
                "历史查询慢：用更粗的间隔，或增加只读副本。",
            ),
            Measure.MILLISECONDS,
            Query(quantile("0.99", requests, "route"), same("{{route}}")),
            link=RUNBOOK,
        ),
        course(
            Text("Open streams", "推送连接"),
            Text("Walls and clients that follow figures live.", "正在接收推送的大屏与客户端。"),
            Text("A sudden 0: a proxy cuts long answers.", "骤降为 0：代理切断了长连接。"),
            Measure.COUNT,
            Query("sum by (instance) (floorpulse_api_streams)", EACH),
            link=RUNBOOK,
        ),
        course(
            Text("Look-ups that were missing", "缺失的查询"),
            Text(
                "Look-ups a second that figures went out without: their KPIs were undefined.",
                "每秒未取得的查询：相应指标无定义。",
            ),
            Text("Look at PostgreSQL.", "检查 PostgreSQL。"),
            Measure.A_SECOND,
            Query(
                f"sum by (reason) (rate(floorpulse_api_lookups_unanswered_total{RATE}))",
                same("{{reason}}"),
            ),
            link=RUNBOOK,
        ),
    ]


def scraping() -> list[Panel]:
    """What it costs to be scraped."""
    floorpulse = 'job=~"floorpulse.*"'
    return [
        course(
            Text("Time of a scrape", "抓取耗时"),
            Text(
                "What a scrape takes, and what rendering the floor's metrics takes of it.",
                "抓取总耗时，以及其中渲染指标的耗时。",
            ),
            Text(
                "Near the scrape's time limit: lower FLOORPULSE_API__MOST_SERIES.",
                "接近抓取超时：调低 FLOORPULSE_API__MOST_SERIES。",
            ),
            Measure.MILLISECONDS,
            Query(f"max by (job) (scrape_duration_seconds{{{floorpulse}}})", same("{{job}}")),
            Query("max(floorpulse_api_render_seconds)", Text("rendering", "渲染")),
            link=RUNBOOK,
        ),
        course(
            Text("Series", "序列数"),
            Text("Samples of one scrape, by job.", "一次抓取的样本数，按作业。"),
            Text(
                "It grows with queues and channels; the bound folds the rest into __other__.",
                "随队列与渠道增长；超出上限者并入 __other__。",
            ),
            Measure.COUNT,
            Query(f"max by (job) (scrape_samples_scraped{{{floorpulse}}})", same("{{job}}")),
            link=RUNBOOK,
        ),
        course(
            Text("Queues that are folded", "被合并的队列"),
            Text(
                "Queues and channels without series of their own, by tenant.",
                "没有独立序列的队列与渠道，按租户。",
            ),
            Text(
                "Above 0: raise FLOORPULSE_API__MOST_SERIES to see each.",
                "大于 0：调高 FLOORPULSE_API__MOST_SERIES。",
            ),
            Measure.COUNT,
            Query("max by (tenant) (floorpulse_metrics_folded_queues)", same("{{tenant}}")),
            link=RUNBOOK,
        ),
    ]


def alerting() -> list[Panel]:
    """Whether people would be told."""
    return [
        course(
            Text("Notices", "通知"),
            Text(
                "Attempts a minute to send a notice, by channel and how it was answered.",
                "每分钟发送通知的尝试，按渠道与结果。",
            ),
            Text("A channel that only fails: see its page.", "某渠道只有失败：见渠道文档。"),
            Measure.A_MINUTE,
            Query(
                "60 * sum by (channel, verdict) "
                f"(rate(floorpulse_alerts_notices_total{RATE})) or vector(0)",
                same("{{channel}} {{verdict}}"),
            ),
            link=RUNBOOK,
        ),
        course(
            Text("Evaluation of rules", "规则评估"),
            Text(
                "What one evaluation of all rules takes, and how long ago the last one was stored.",
                "一次规则评估的耗时，以及距上次完成的时间。",
            ),
            Text(
                "An age of more than some seconds: nobody is told of anything.",
                "间隔超过数秒：任何事件都不会通知。",
            ),
            Measure.MILLISECONDS,
            Query(quantile("0.99", "floorpulse_alerts_evaluation_seconds"), same("p99")),
            Query("min(floorpulse_alerts_evaluation_age_seconds)", Text("age", "间隔")),
            link=RUNBOOK,
        ),
        course(
            Text("Who acts", "主副本"),
            Text("1 in the replica of the alerts service that acts.", "正在工作的告警副本为 1。"),
            Text("Exactly one at any time.", "任何时刻恰好一个。"),
            Measure.COUNT,
            Query("max by (instance) (floorpulse_alerts_lease_held)", EACH),
            link=RUNBOOK,
        ),
    ]


def processes() -> list[Panel]:
    """What the processes use."""
    ours = '{job=~"floorpulse.*"}'
    return [
        course(
            Text("CPU", "CPU"),
            Text("Cores that each process uses.", "各进程占用的核数。"),
            Text("An engine near 1: start another.", "引擎接近 1：再启动一个。"),
            Measure.POINTS,
            Query(
                f"sum by (job, instance) (rate(process_cpu_seconds_total{ours}{RATE}))",
                same("{{job}} {{instance}}"),
            ),
            link=RUNBOOK,
        ),
        course(
            Text("Memory", "内存"),
            Text("Resident memory of each process.", "各进程的常驻内存。"),
            Text("It levels off after a day.", "一天后应趋平。"),
            Measure.BYTES,
            Query(
                f"sum by (job, instance) (process_resident_memory_bytes{ours})",
                same("{{job}} {{instance}}"),
            ),
            link=RUNBOOK,
        ),
    ]

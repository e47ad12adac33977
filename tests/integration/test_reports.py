"""Reports on real tables: what the command writes, and what a schedule sends through the outbox of
alerts.

10 November 2026 in Shanghai, hand-counted; V5 with T 20 s and S 5 s:

    sales   12 answered after 10 s, 3 after 30 s, 1 gave up after 3 s, 2 gave up after 40 s
    help     4 answered after 5 s
    all     22 offered, 19 answered, 3 abandoned; in time 16 of 22 − 1 short = 21; missed 5
"""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import httpx
import msgspec
import pypdf
import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.access.audit_chain import Anchor, anchor_of
from floorpulse.access.keys import Credential
from floorpulse.alerts.domain.notices import Message
from floorpulse.alerts.incidents.ports import ClaimedNotice, ReportToSend
from floorpulse.alerts.incidents.report_messages import report_message
from floorpulse.alerts.incidents.store import PostgresIncidents
from floorpulse.alerts.notifiers.mail import written
from floorpulse.alerts.notifiers.webhook import payload
from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.cli import audit
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.tables.alerts import incident, incident_event
from floorpulse.contracts.tables.partitions import stream_partition
from floorpulse.definitions.adapters.store import PostgresDefinitions
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.figures.tenant_view import Floors
from floorpulse.query.settings import QuerySettings
from floorpulse.reports import opened, wiring
from floorpulse.reports.app import ReportParts
from floorpulse.reports.contents.annotations import Annotation, Annotations
from floorpulse.reports.contents.reporter import ReportAsked, Reporter
from floorpulse.reports.contents.subjects import UnknownSubjectError
from floorpulse.reports.documents.formats import Format, name_of, rendered, tells_of_contract
from floorpulse.reports.domain.report import Report, Whom
from floorpulse.reports.opened import opened_reporter
from floorpulse.reports.schedules.issued import Issue, IssuedReports
from floorpulse.reports.schedules.issuer import Issuer
from floorpulse.runtime.database import asyncpg_pool
from floorpulse.runtime.http import create_app
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings, Settings
from tests.fakes.floor import MemoryFloor, abandoned, answered
from tests.fakes.keys import FixedKeys
from tests.integration.stored import Floor

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(300)]

NOW = parse_instant("2026-11-11T08:30:00+08:00")
DAY = 24 * HOUR
NINE = parse_instant("2026-11-10T09:00:00+08:00")
SPAN = 7000
TEXT = """
tenant: demo
about:
  - {names: {en: Demo centre, zh: 演示呼叫中心}, zone: Asia/Shanghai}
clients:
  - {id: acme, names: {en: Acme}}
queues:
  - {id: sales, names: {en: Sales, zh: 销售热线}, channels: [voice], client: acme,
     service_level: quick}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}
service_levels:
  - {id: quick, formula: V5, threshold: 20, short: 5, target: 0.8}
targets:
  - {id: day, metric: service_level, comparison: at_least, value: 0.8, scope: {queue: sales}}
contracts:
  - id: acme-care
    names: {en: Acme care, zh: 甲方客服}
    client: acme
    vendor: {en: Us}
    currency: CNY
    period: day
    metrics:
      - {id: in-time, names: {en: In time}, kpi: service_level, comparison: at_least,
         target: "0.80", window: day, formula: V5, threshold: 20, short: 5,
         penalties: [{below: "0.80", amount: "100"}]}
    billing:
      - {id: contacts, names: {en: Contacts}, per: contact, rate: "2.50"}
receivers:
  - id: boss
    names: {en: Boss}
    email: {to: [boss@example.org]}
    webhook: {url: https://example.org/hook, signing: hook}
reports:
  - {id: mornings, names: {en: Mornings, zh: 早报}, period: day, language: zh, receivers: [boss]}
"""


def two_days(memory: MemoryFloor) -> None:
    """22 contacts of the 10th, 10 of the 9th."""
    memory.put(*(answered(NINE + at * MINUTE, 10) for at in range(12)))
    memory.put(*(answered(NINE + at * MINUTE, 30) for at in (31, 32, 95)))
    memory.put(abandoned(NINE + 40 * MINUTE, 3))
    memory.put(*(abandoned(NINE + at * MINUTE, 40) for at in (33, 34)))
    memory.put(*(answered(NINE + 5 * HOUR, 5, queue="help") for _ in range(4)))
    memory.put(*(answered(NINE - DAY + at * MINUTE, 10) for at in range(10)))


@pytest.fixture
async def settings(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[QuerySettings]:
    """A database with two days of a small floor and its definitions, at a minute that stands
    still.
    """
    monkeypatch.setattr(opened, "now_ms", lambda: NOW)
    settings = QuerySettings(kafka=KafkaSettings(bootstrap_servers="none"), database=database)
    pool = await asyncpg_pool(database)
    floor = Floor(settings, pool, "log")
    two_days(floor.memory)
    floor.memory.watermark = NOW
    await floor.store()
    found = check({"demo.yaml": TEXT})
    assert not found.mistakes
    await PostgresDefinitions(pool).save(found.entries, NOW)
    yield settings
    await pool.close()


def asked(day: str = "2026-11-10", whom: Whom = Whom.TENANT, name: str = "") -> ReportAsked:
    return ReportAsked("demo", PeriodKind.DAY, day, whom, name)


async def of_day(reporter: Reporter) -> Report:
    return await reporter.report(asked())


async def opens(
    engine: AsyncEngine,
    id: str,  # noqa: A002
    queue: str,
    taken: int | None,
    at: int = NINE,
    channel: str = "",
) -> None:
    """An incident, of nine o'clock unless said, resolved after an hour."""
    row = {
        "id": id,
        "tenant": "demo",
        "rule": "level",
        "queue": queue,
        "channel": channel,
        "key": id,
        "severity": "critical",
        "state": "resolved",
        "opened_at": at,
        "resolved_at": at + HOUR,
        "body": {"names": {"en": "Level too low", "zh": "服务水平过低"}},
    }
    event = {
        "incident": id,
        "number": 1,
        "at": at + (taken or 0),
        "reason": "commented" if taken is None else "acknowledged",
        "state": "acknowledged",
        "level": 1,
        "body": {},
    }
    async with engine.begin() as connection:
        await connection.execute(insert(incident).values(**row))
        await connection.execute(insert(incident_event).values(**event))


async def test_figures_are_those_of_the_paper(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        report = await of_day(reporter)
    now = {line.kpi: line.figure for group in report.groups for line in group.lines}
    before = {line.kpi: line.before for group in report.groups for line in group.lines}

    assert (now["offered"].value, now["answered"].value, now["abandoned"].value) == (22, 19, 3)
    assert (now["service_level"].numerator, now["service_level"].denominator) == (16, 21)
    assert (before["offered"].value, before["service_level"].value) == (10, 1.0)
    assert report.misses.total == 5
    assert report.complete
    assert [(row.queue, row.figures["offered"].value) for row in report.queues] == [
        ("help", 4),
        ("sales", 18),
    ]
    assert len(report.pieces) == 24
    assert sum(one.figures["offered"].value or 0 for one in report.pieces) == 22
    assert {one.name for one in report.definitions} == {"default@1", "quick@1"}


async def test_a_report_bears_the_place_of_the_audit_log(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        anchor = anchor_of((await of_day(reporter)).audit_anchor)

    database = Settings(database=settings.database)
    assert anchor.number > 0
    assert await audit.verify(database, "demo", [anchor]) == 0
    assert await audit.verify(database, "demo", [Anchor(anchor.number, bytes(32))]) == 1


async def test_the_worst_half_hours_are_told_with_their_contacts(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        report = await of_day(reporter)
    first, second = report.misses.spans

    assert (first.begin[11:16], first.missed, len(first.visits)) == ("09:30", 4, 4)
    assert (second.begin[11:16], second.missed) == ("10:30", 1)
    assert {one.reason for one in first.visits} == {"answered_late", "gave_up"}
    assert [one.wait for one in first.visits] == [30, 30, 40, 40]


async def test_a_target_of_the_period_is_told_with_its_misses(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        (promise,) = (await of_day(reporter)).promises

    assert (promise.target, promise.met, promise.missed) == ("day@1", 0, 1)
    assert promise.worst == pytest.approx(12 / 17)


async def test_a_queues_report_tells_of_it_alone(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        await opens(reporter.read.incidents.engine, "i1", "sales", 75_000)
        await opens(reporter.read.incidents.engine, "i2", "help", None)
        for queue in ("", "help", "sales"):
            await reporter.read.annotations.add(
                Annotation(f"a{queue}", "demo", NINE, NINE + HOUR, f"of {queue}", "li", NOW, queue)
            )
        sales = await reporter.report(asked(whom=Whom.QUEUE, name="sales"))
        whole = await of_day(reporter)

    assert sales.line("offered") is not None
    assert [row.queue for row in sales.queues] == ["sales"]
    assert (sales.incidents.total, sales.incidents.mean_to_acknowledge) == (1, 75)
    assert (whole.incidents.total, whole.incidents.acknowledged, whole.incidents.resolved) == (
        2, 1, 2,
    )  # fmt: skip
    assert whole.incidents.mean_to_resolve == 3600
    assert {one.text for one in sales.annotations} == {"of ", "of sales"}
    assert len(whole.annotations) == 3


async def test_a_contracts_report_previews_its_settlement(settings: QuerySettings) -> None:
    """12 of 17 in time is below 80 %: 100; 15 handled contacts at 2.50 are 37.50."""
    async with opened_reporter(settings) as reporter:
        report = await reporter.report(asked(whom=Whom.CONTRACT, name="acme-care"))
        week = ReportAsked("demo", PeriodKind.WEEK, "2026-W46", Whom.CONTRACT, "acme-care")
        assert (await reporter.report(week)).contract is None
    told = report.contract

    assert told is not None
    assert (told.fees, told.penalties, told.total) == (
        Decimal("37.50"), Decimal("100.00"), Decimal("-62.50"),
    )  # fmt: skip
    assert [(one.metric, one.missed, one.penalties) for one in told.metrics] == [
        ("in-time", 1, Decimal("100.00"))
    ]
    assert "queue=sales" in told.metrics[0].question
    assert "missed=true" in told.metrics[0].missed_question
    assert report.subject.queues == ("sales",)


ENDED = TEXT.replace(
    "    period: day\n", "    valid_from: 2026-11-10\n    last_day: 2026-11-10\n    period: week\n"
).replace("window: day, formula", "window: week, formula")
JOINED = TEXT.replace(
    "  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}\n",
    "  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}\n"
    "  - {id: help, valid_from: 2026-11-11, names: {en: Help}, channels: [voice], client: acme}\n",
)

LEFT = TEXT.replace(
    "  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}\n",
    "  - {id: help, names: {en: Help, zh: 支持}, channels: [voice], client: acme}\n"
    "  - {id: sales, valid_from: 2026-11-11, names: {en: Sales}, channels: [voice]}\n",
)


async def for_the_client(
    settings: QuerySettings, definitions: str, period: dict[str, str]
) -> Report:
    """What the contract's client gets, of a floor where two contacts of help and one of sales came
    on the 11th, too; sales had an incident and an annotation on each day, and one of its chats.
    """
    pool = await asyncpg_pool(settings.database)
    floor = Floor(settings, pool, "log")
    early = NOW - HOUR
    two_days(floor.memory)
    floor.memory.put(*(answered(early, 10, queue="help") for _ in range(2)), answered(early, 60))
    floor.memory.watermark = NOW
    await floor.store()
    found = check({"demo.yaml": definitions})
    assert not found.mistakes
    await PostgresDefinitions(pool).save(found.entries, NOW)
    await pool.close()
    asked = {"for": "contract", "name": "acme-care", **period}
    async with served(settings) as (ask, reporter):
        for at in (NINE - DAY, NINE, early):
            note = Annotation(f"{at}", "demo", at, at + HOUR, f"of {at}", "li", NOW, "sales")
            await reporter.read.annotations.add(note)
            await opens(reporter.read.incidents.engine, f"{at}", "sales", None, at)
        await opens(reporter.read.incidents.engine, "chats", "sales", None, NINE, "chat")
        answer = await ask("client", "/v1/reports", asked)
    return msgspec.json.decode(answer.content, type=Report)


async def test_a_report_of_a_contract_tells_of_its_own_days_alone(settings: QuerySettings) -> None:
    """The contract had one day, the 10th: what came before and after it was somebody else's."""
    report = await for_the_client(settings, ENDED, {"week": "2026-W46"})
    offered = report.line("offered")

    assert offered is not None
    assert (offered.figure.value, offered.before.value) == (18, 0)
    assert offered.before.question == ""
    assert [(row.queue, row.figures["offered"].value) for row in report.queues] == [("sales", 18)]
    assert [one.begin[:10] for one in report.pieces] == ["2026-11-10"]
    assert (report.period.begin[:10], report.period.end[:10]) == ("2026-11-10", "2026-11-11")
    assert "from=2026-11-10T00" in offered.figure.question
    assert "to=2026-11-11T00" in offered.figure.question
    assert report.misses.total == 5
    assert (report.incidents.total, len(report.annotations)) == (2, 1)
    assert [(one.target, one.missed) for one in report.promises] == [("day@1", 1)]
    assert report.contract is not None
    assert report.contract.fees == Decimal("37.50")


async def test_the_period_before_a_queue_came_to_a_contract_was_somebody_elses(
    settings: QuerySettings,
) -> None:
    """Help is the client's from the 11th on: the day before had four contacts of it."""
    report = await for_the_client(settings, JOINED, {"day": "2026-11-11"})
    offered = report.line("offered")

    assert report.subject.queues == ("help", "sales")
    assert offered is not None
    assert (offered.figure.value, offered.before.value) == (3, 18)
    assert "queue=sales&" in offered.before.question


async def test_a_client_reads_no_report_of_a_period_in_which_a_queue_went_to_another(
    settings: QuerySettings,
) -> None:
    found = check({"demo.yaml": LEFT})
    assert not found.mistakes
    pool = await asyncpg_pool(settings.database)
    await PostgresDefinitions(pool).save(found.entries, NOW)
    await pool.close()
    asked = {"for": "contract", "name": "acme-care"}
    async with served(settings) as (ask, _):
        await ask("client", "/v1/reports", {"day": "2026-11-10", **asked})
        refused = await ask("client", "/v1/reports", {"week": "2026-W46", **asked}, 403)
        whole = await ask("all", "/v1/reports", {"week": "2026-W46", **asked})

    assert "sales went to another client within 2026-W46" in refused.json()["detail"]
    assert [row["queue"] for row in whole.json()["queues"]] == ["help", "sales"]


async def test_a_report_of_a_contract_tells_no_incident_of_a_channel_beyond_it(
    settings: QuerySettings,
) -> None:
    calls = TEXT.replace("    period: day\n", "    period: day\n    scope: {channels: [voice]}\n")
    report = await for_the_client(settings, calls, {"day": "2026-11-10"})

    assert (report.subject.channels, report.incidents.total) == (("voice",), 1)


async def test_what_is_not_there_is_refused_with_what_is(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        reporter.refuse_strangers("demo")
        with pytest.raises(UnknownSubjectError, match=r"unknown tenant: dmeo; known are: .*demo"):
            reporter.refuse_strangers("dmeo")
        with pytest.raises(
            UnknownSubjectError, match="unknown queue: sale; known are: help, sales"
        ):
            await reporter.report(asked(whom=Whom.QUEUE, name="sale"))
        with pytest.raises(
            UnknownSubjectError, match="unknown contract: none; known are: acme-care"
        ):
            await reporter.report(asked(whom=Whom.CONTRACT, name="none"))
        with pytest.raises(ValueError, match="2026-11-12 has not begun in Asia/Shanghai"):
            await reporter.report(asked("2026-11-12"))


async def test_chinese_in_a_pdf_is_text_in_embedded_fonts(settings: QuerySettings) -> None:
    async with opened_reporter(settings) as reporter:
        file = rendered(await of_day(reporter), Format.PDF, "zh")
    read = pypdf.PdfReader(io.BytesIO(file.content))
    told = "".join(page.extract_text() for page in read.pages)

    assert {"演示呼叫中心", "销售热线", "服务水平", "超时接通"} <= {
        word for word in ("演示呼叫中心", "销售热线", "服务水平", "超时接通") if word in told
    }
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in read.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


async def claimed(engine: AsyncEngine) -> list[ClaimedNotice]:
    async with PostgresIncidents(engine).transaction(0) as work:
        return await work.claim_notices(0, 10, SPAN)


async def test_a_due_report_goes_out_once_to_each_way_of_its_receiver(
    settings: QuerySettings,
) -> None:
    async with opened_reporter(settings, "https://floor.example.org") as reporter:
        engine = reporter.read.incidents.engine
        for _ in range(2):  # a second replica, and the same again
            issuer = Issuer(reporter, IssuedReports(engine), lambda: True)
            await issuer.look()
            await issuer.look()
        notices = await claimed(engine)
        (issued,) = await IssuedReports(engine).latest("demo")

    assert [one.key.target for one in notices] == ["boss/email", "boss/webhook"]
    assert (issued.report, issued.period, issued.language) == ("mornings", "2026-11-10", "zh")
    message = message_of(notices[0])
    assert message.title == "演示呼叫中心 · 日报 · 全部队列 · 2026-11-10"
    mail = written(message, "floor@example.org", ("boss@example.org",))
    assert b"application/pdf" in mail
    assert b"floorpulse-demo-tenant-2026-11-10-zh.pdf" in mail
    body = msgspec.json.decode(
        msgspec.json.encode(
            payload(message_of(notices[1]), datetime.fromtimestamp(NOW / 1000, UTC))
        )
    )
    assert body["type"] == "report.issued"
    assert body["data"]["file"]["sha256"] == issued.digest
    assert body["data"]["links"][0]["href"].endswith(f"/v1/reports/issued/{issued.id}")


def message_of(claim: ClaimedNotice) -> Message:
    assert isinstance(claim.about, ReportToSend)
    return report_message(claim, claim.about)


async def test_a_notice_of_a_report_is_tried_again_until_it_is_taken(
    settings: QuerySettings,
) -> None:
    async with opened_reporter(settings) as reporter:
        engine = reporter.read.incidents.engine
        await Issuer(reporter, IssuedReports(engine), lambda: True).look()
        store = PostgresIncidents(engine)
        mail, hook = await claimed(engine)
        async with store.transaction(0) as work:
            assert await work.notice_pending(mail, 0, work.now, "451 later")
            assert await work.notice_sent(hook, 0, "200")
        (again,) = await claimed(engine)

    assert (again.key, again.attempts) == (mail.key, 2)


async def test_a_report_waits_until_counting_has_passed_its_period(
    settings: QuerySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_reporter(settings) as reporter:
        engine = reporter.read.incidents.engine
        async with engine.begin() as connection:
            behind = parse_instant("2026-11-10T23:59:00+08:00")
            await connection.execute(update(stream_partition).values(watermark=behind))
        issuer = Issuer(reporter, IssuedReports(engine), lambda: True)
        await issuer.look()
        assert await claimed(engine) == []
        monkeypatch.setattr(reporter.floors, "_now", lambda: NOW + 2 * HOUR)
        await issuer.look()

        assert len(await claimed(engine)) == 2


# ------------------------------------------------------------- over HTTP


KEYS = {
    "all": Credential("k1", "demo", frozenset({"kpi:read", "contracts:read", "alerts:write"})),
    "figures": Credential("k2", "demo", frozenset({"kpi:read"})),
    "client": Credential("k3", "demo", frozenset({"kpi:read", "contracts:read"}), "acme-care"),
    "events": Credential("k4", "demo", frozenset({"events:write"})),
}


class Asking:
    """A client with any of the keys."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def __call__(
        self, key: str, path: str, said: dict[str, str] | None = None, status: int = 200
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        answer = await self._client.get(path, params=said, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    async def post(self, key: str, path: str, status: int, body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"}
        answer = await self._client.post(path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer


@asynccontextmanager
async def served(settings: QuerySettings) -> AsyncIterator[tuple[Asking, Reporter]]:
    """The routes of reports over the tables."""
    async with opened_reporter(settings) as reporter:
        engine, floors = reporter.read.incidents.engine, reporter.floors
        app = create_app("test", "test")
        app.state.keys = FixedKeys(KEYS)
        wiring.include(app)
        parts = (reporter, Annotations(engine), IssuedReports(engine))
        app.state.reports = ReportParts(OnlyFloors(floors), *parts)  # type: ignore[arg-type]
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield Asking(client), reporter


@dataclass(frozen=True)
class OnlyFloors:
    """As much of a surface as these routes read."""

    floors: Floors

    def loaded(self) -> bool:
        return True


async def test_the_api_answers_the_content_that_the_command_writes(settings: QuerySettings) -> None:
    day = {"day": "2026-11-10"}
    async with served(settings) as (ask, reporter):
        report = await of_day(reporter)
        told = await ask("figures", "/v1/reports", day)
        page = await ask("figures", "/v1/reports", {"format": "html", "language": "zh", **day})
        file = await ask("figures", "/v1/reports", {"format": "pdf", **day})

    assert told.json() == msgspec.json.decode(msgspec.json.encode(report))
    assert "演示呼叫中心 · 日报" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert file.content.startswith(b"%PDF")
    assert (
        'filename="floorpulse-demo-tenant-2026-11-10-en.pdf"'
        in (file.headers["content-disposition"])
    )


REFUSED: tuple[tuple[dict[str, str], int, str], ...] = (
    ({}, 422, "give one of day="),
    ({"day": "2026-11-10", "week": "2026-W46"}, 422, "give one of day="),
    ({"day": "2026-11-10", "for": "queue"}, 422, "name= goes with for=queue"),
    ({"day": "2026-11-10", "name": "sales"}, 422, "name= goes with for=queue"),
    ({"day": "10.11.2026"}, 422, "'10.11.2026' is no day: write one such as 2026-11-27"),
    ({"day": "2026-11-10", "for": "queue", "name": "sale"}, 404, "known are: help, sales"),
    ({"day": "2026-11-10", "colour": "red"}, 422, "unknown parameter: colour"),
)


async def test_a_question_that_cannot_be_answered_says_why(settings: QuerySettings) -> None:
    async with served(settings) as (ask, _):
        told = [
            (await ask("all", "/v1/reports", said, status)).json()["detail"]
            for said, status, _ in REFUSED
        ]

    assert [detail in one for one, (_, _, detail) in zip(told, REFUSED, strict=True)] == [True] * 7


async def test_a_key_of_a_contract_reads_the_report_of_its_contract_alone(
    settings: QuerySettings,
) -> None:
    contract = {"day": "2026-11-10", "for": "contract", "name": "acme-care"}
    async with served(settings) as (ask, _):
        told = (await ask("client", "/v1/reports", contract)).json()
        await ask("client", "/v1/reports", {"day": "2026-11-10"}, 403)
        await ask("client", "/v1/reports", {**contract, "name": "another"}, 403)
        await ask("client", "/v1/annotations", {"from": "2026-11-10", "to": "2026-11-10"}, 403)
        await ask("client", "/v1/reports/issued", None, 403)
        await ask("figures", "/v1/reports", contract, 403)
        await ask("events", "/v1/reports", {"day": "2026-11-10"}, 403)

    assert [row["queue"] for row in told["queues"]] == ["sales"]
    assert told["contract"]["total"] == "-62.50"


async def test_what_was_done_is_noted_and_stands_in_the_report(settings: QuerySettings) -> None:
    note = {
        "begins_at": "2026-11-10T09:00:00+08:00",
        "ends_at": "2026-11-10T10:00:00+08:00",
        "queue": "sales",
        "text": "two agents lent from help",
    }
    span = {"from": "2026-11-10", "to": "2026-11-10"}
    async with served(settings) as (ask, _):
        made = (await ask.post("all", "/v1/annotations", 201, note)).json()
        await ask.post("figures", "/v1/annotations", 403, note)
        wrong = await ask.post(
            "all", "/v1/annotations", 422, {**note, "ends_at": note["begins_at"]}
        )
        listed = (await ask("figures", "/v1/annotations", span)).json()["rows"]
        help_only = (await ask("figures", "/v1/annotations", {"queue": "help", **span})).json()[
            "rows"
        ]
        report = (await ask("figures", "/v1/reports", {"day": "2026-11-10"})).json()

    assert "is not before" in wrong.json()["detail"]
    assert listed == [made]
    assert help_only == []
    assert made["author"] == "k1"
    assert report["annotations"][0]["text"] == note["text"]


async def test_what_went_out_of_a_contract_needs_the_scope_of_contracts(
    settings: QuerySettings,
) -> None:
    async with served(settings) as (ask, reporter):
        report = await reporter.report(asked(whom=Whom.CONTRACT, name="acme-care"))
        file = rendered(report, Format.JSON, "en")
        of_contract = Issue("0a", "demo", "bill", "2026-11-10", "en", NINE, file, [], NOW)
        issued = IssuedReports(reporter.read.incidents.engine)
        await issued.issue(of_contract)
        await Issuer(reporter, issued, lambda: True).look()
        listed = [
            [row["report"] for row in (await ask(who, "/v1/reports/issued")).json()["rows"]]
            for who in ("all", "figures")
        ]
        whole = await ask("all", "/v1/reports/issued/0a")
        refused = await ask("figures", "/v1/reports/issued/0a", None, 403)

    assert [sorted(one) for one in listed] == [["bill", "mornings"], ["mornings"]]
    assert whole.json()["contract"]["total"] == "-62.50"
    assert refused.json()["scope"] == "contracts:read"


@pytest.mark.parametrize(
    ("whom", "name", "is_contract"),
    [(Whom.CONTRACT, "acme-care", True), (Whom.QUEUE, "help", False), (Whom.TENANT, "", False)],
)
async def test_a_files_name_says_whether_it_tells_of_a_contract(
    settings: QuerySettings, whom: Whom, name: str, *, is_contract: bool
) -> None:
    async with opened_reporter(settings) as reporter:
        report = await reporter.report(asked(whom=whom, name=name))

    for kind in (Format.JSON, Format.HTML, Format.PDF):
        assert tells_of_contract(name_of(report, kind, "zh")) is is_contract


async def test_what_went_out_can_be_read_as_it_did(settings: QuerySettings) -> None:
    async with served(settings) as (ask, reporter):
        await Issuer(reporter, IssuedReports(reporter.read.incidents.engine), lambda: True).look()
        (row,) = (await ask("figures", "/v1/reports/issued")).json()["rows"]
        file = await ask("figures", f"/v1/reports/issued/{row['issued']}")
        await ask("figures", "/v1/reports/issued/0123", None, 404)

    assert sha256(file.content).hexdigest() == row["sha256"]
    assert (row["report"], row["period"], row["bytes"]) == (
        "mornings", "2026-11-10", len(file.content),
    )  # fmt: skip
